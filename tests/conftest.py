"""Settings for all tests."""

from hypothesis import HealthCheck, settings

# The machine's speed drifts, so no example has a deadline; the number of examples bounds the time.
settings.register_profile(
    "sakuga", deadline=None, max_examples=40, suppress_health_check=[HealthCheck.too_slow], print_blob=True
)
settings.load_profile("sakuga")
