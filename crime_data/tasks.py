from celery import shared_task
from django.conf import settings
from django.utils.module_loading import import_string

import_string(settings.TASKS_APP)  # without it a task would go to a broker that nobody runs


@shared_task
def run_import(run_id):
    from crime_data import services
    from crime_data.models import ImportRun

    services.run_import(ImportRun.objects.get(pk=run_id))


@shared_task
def sweep_imports():
    from crime_data import services

    services.sweep_imports()


@shared_task
def tick():
    from crime_data import services

    services.tick()
