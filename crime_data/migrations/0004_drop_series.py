from django.db import migrations
from django.db.migrations.exceptions import IrreversibleError


def keep(apps, schema_editor):
    """Backwards, all figures would be gone without a word."""
    if apps.get_model("crime_data", "ReleaseFile").objects.exists():
        raise IrreversibleError(
            "The figures are held in tables by now, which the older version cannot read. To go back to it, "
            "restore the backup made before the upgrade. Nothing was changed."
        )


class Migration(migrations.Migration):
    dependencies = [
        ("crime_data", "0003_series_to_tables"),
    ]

    operations = [
        migrations.DeleteModel(name="CrimeTypeSeries"),
        migrations.DeleteModel(name="Series"),
        migrations.RunPython(migrations.RunPython.noop, keep),  # last, so that it is asked first
    ]
