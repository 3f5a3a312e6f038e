"""Presses the button of a virtual STM32F4 Discovery, and looks at what its firmware makes of it.

    python3 button.py [command that calls fwtest, `npx fwtest` if it is left out]
"""

import pathlib
import sys

from fwtest_client import Machine

IMAGE = pathlib.Path(__file__).parent.parent / "firmware-tests" / "button" / "button.elf"

with Machine.start(str(IMAGE), board="stm32f4-discovery", command=sys.argv[1:] or None) as machine:
    machine.run_until_text("ready\r\n", limit="10ms")
    machine.save("ready")

    machine.drive("PA0", "high")
    machine.run_until_text("press 1\r\n", limit="50ms")
    print(f"after one press: {machine.text!r}, LED {machine.pin('PD12')}, GPIOD.ODR = {machine.register('GPIOD.ODR'):#06x}")

    machine.restore("ready")
    print(f"back at {machine.time / 1e6:.3f} ms: LED {machine.pin('PD12')}, button {machine.pin('PA0')}")
