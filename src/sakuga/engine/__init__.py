"""Run a network on frames."""

import sys
from types import ModuleType
from typing import cast

# On import OpenVINO tells a web service that it was imported, unless this package of its is not to be had.
sys.modules.setdefault("openvino_telemetry", cast("ModuleType", None))
