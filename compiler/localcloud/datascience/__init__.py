"""The embedded Data Science service: projects, jobs that fall due, work requests."""
