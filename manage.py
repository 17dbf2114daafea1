#!/usr/bin/env python
"""Django's command line."""

import gc
import os
import sys

gc.set_threshold(50_000)  # what is loaded at the start stays: going through it again and again takes time

from django.core.management import execute_from_command_line  # noqa: E402

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "csp_portal.settings")
    execute_from_command_line(sys.argv)
