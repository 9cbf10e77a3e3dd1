"""The ways in: web application, API router, Celery application and schedule, command line, supervisor."""
