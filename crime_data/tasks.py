from celery import shared_task


@shared_task
def run_import(run_id):
    from crime_data import services
    from crime_data.models import ImportRun

    services.run_import(ImportRun.objects.get(pk=run_id))


@shared_task
def sweep_imports():
    from crime_data import services

    services.sweep_imports()
