from django.contrib.auth.decorators import permission_required

data_manager = permission_required("crime_data.manage_figures", raise_exception=True)
