"""A client of fwtest's control protocol (docs/protocol.md). Python 3.9 or newer, standard library only.

    from fwtest_client import Machine

    with Machine.start("build/app.elf", board="stm32f4-discovery") as machine:
        machine.run_until_text("ready", limit="50ms")
        machine.uart_write("help\\n")
        machine.run("20ms")
        print(machine.text)
"""

from __future__ import annotations

import base64
import json
import shutil
import socket
import subprocess
from typing import Any, BinaryIO, Callable, Iterable, Sequence

PROTOCOL = 1


class ControlError(Exception):
    """What the server answered in place of a result."""

    def __init__(self, error: dict[str, Any]) -> None:
        self.error_class: str = error["class"]
        self.desc: str = error["desc"]
        self.where: str | None = error.get("where")
        self.remedy: str | None = error.get("remedy")
        lines = [f"{self.error_class}: {self.desc}"]
        if self.where:
            lines.append(f"  where: {self.where}")
        if self.remedy:
            lines.append(f"  remedy: {self.remedy}")
        super().__init__("\n".join(lines))


class Disconnected(Exception):
    """The server has ended the connection."""


def as_int(value: int | str) -> int:
    """An integer of the protocol: a number, or text like "0x20000000" where a number might not be exact."""
    return value if isinstance(value, int) else int(value, 0)


class Machine:
    """A machine that an fwtest process runs, and the connection to it."""

    def __init__(
        self,
        reader: BinaryIO,
        writer: BinaryIO,
        events: Iterable[str] = ("UART",),
        process: subprocess.Popen[bytes] | None = None,
        close: Callable[[], None] = lambda: None,
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._process = process
        self._close = close
        self._next_id = 1
        #: Events that came, oldest first: {"event": …, "data": …, "time": …}.
        self.events: list[dict[str, Any]] = []
        #: What each UART wrote while this client listened, by its name.
        self.written: dict[str, bytearray] = {}
        #: Called for each event as it comes.
        self.on_event: Callable[[dict[str, Any]], None] = lambda event: None
        greeting = self._receive()["fwtest"]
        if greeting["protocol"] != PROTOCOL:
            raise ControlError(
                {"class": "ProtocolError", "desc": f"the server speaks version {greeting['protocol']} of the protocol"}
            )
        #: Version of fwtest.
        self.version: str = greeting["version"]["text"]
        self.call("capabilities", enable=list(events))

    @classmethod
    def start(
        cls,
        image: str | None = None,
        *,
        board: str,
        events: Iterable[str] = ("UART",),
        command: Sequence[str] | None = None,
        options: Sequence[str] = (),
    ) -> "Machine":
        """Starts `fwtest serve` and controls it over its standard input and output.

        command: how fwtest is called; `npx fwtest` if it is left out. options: more of its options.
        """
        if command is None:
            npx = shutil.which("npx")
            if npx is None:
                raise FileNotFoundError("npx is not on the PATH: install Node.js, or give `command`")
            command = (npx, "fwtest")
        args = [*command, "serve", *([image] if image else []), "--board", board, "--stdio", *options]
        process = subprocess.Popen(args, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert process.stdin is not None and process.stdout is not None
        return cls(process.stdout, process.stdin, events, process)

    @classmethod
    def connect(cls, address: str | int, *, events: Iterable[str] = ("UART",)) -> "Machine":
        """Connects to `fwtest serve --socket PATH` (a path) or `--port N` (a number)."""
        if isinstance(address, int):
            connection = socket.create_connection(("127.0.0.1", address))
        else:
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(address)
        reader, writer = connection.makefile("rb"), connection.makefile("wb")

        def close() -> None:
            reader.close()
            connection.close()

        return cls(reader, writer, events, close=close)

    # The protocol itself

    def call(self, execute: str, /, **arguments: Any) -> dict[str, Any]:
        """Executes a command and returns its result; events that come before it are kept."""
        request_id = self._next_id
        self._next_id += 1
        self._send({"execute": execute, "arguments": arguments, "id": request_id})
        while True:
            message = self._receive()
            if "event" in message:
                self._heard(message)
            elif message.get("id") == request_id:
                if "error" in message:
                    raise ControlError(message["error"])
                return message["return"]

    def wait_for(self, event: str) -> dict[str, Any]:
        """Waits for an event that is still to come; for the end of `cont` it is "STOP"."""
        while True:
            message = self._receive()
            if "event" in message:
                self._heard(message)
                if message["event"] == event:
                    return message

    def _send(self, message: dict[str, Any]) -> None:
        try:
            self._writer.write(json.dumps(message).encode() + b"\n")
            self._writer.flush()
        except OSError as error:
            raise Disconnected(str(error)) from error

    def _receive(self) -> dict[str, Any]:
        line = self._reader.readline()
        if not line:
            code = self._process.wait() if self._process else None
            raise Disconnected("the server has ended" + ("" if code is None else f" with exit code {code}"))
        message = json.loads(line)
        if "error" in message and "id" not in message:
            raise ControlError(message["error"])
        return message

    def _heard(self, event: dict[str, Any]) -> None:
        self.events.append(event)
        if event["event"] == "UART":
            data = event["data"]
            written = data["text"].encode() if "text" in data else base64.b64decode(data["base64"])
            self.written.setdefault(data["uart"], bytearray()).extend(written)
        self.on_event(event)

    # What one does with a machine

    @property
    def text(self) -> str:
        """What all UARTs wrote, one after another."""
        return "".join(written.decode(errors="replace") for written in self.written.values())

    @property
    def time(self) -> int:
        """Machine time in ns."""
        return as_int(self.call("query-status")["time"])

    def run(self, duration: str, **arguments: Any) -> dict[str, Any]:
        """Lets machine time pass: "20ms", "1200cycles"."""
        return self.call("run", **{"for": duration}, **arguments)

    def run_until_text(self, text: str, *, limit: str, uart: str | None = None) -> dict[str, Any]:
        """Runs until a UART (the console if none is named) has written a text. TimeoutError if it did not within `limit`."""
        wanted = {"text": text} if uart is None else {"text": text, "name": uart}
        stop = self.run(limit, uart=wanted)
        if stop["reason"] != "met":
            raise TimeoutError(f"{text!r} did not come within {limit} of machine time ({stop['reason']} at {stop['place']})")
        return stop

    def run_until_pin(self, pin: str, level: str, *, limit: str) -> dict[str, Any]:
        """Runs until a pin has a level. TimeoutError if it has not within `limit`."""
        stop = self.run(limit, pin={"name": pin, "level": level})
        if stop["reason"] != "met":
            raise TimeoutError(f"{pin} was not {level} within {limit} of machine time ({stop['reason']} at {stop['place']})")
        return stop

    def uart_write(self, data: str | bytes, uart: str | None = None) -> None:
        """Sends text or bytes to a UART, the console if none is named."""
        name = {} if uart is None else {"uart": uart}
        if isinstance(data, str):
            self.call("uart-write", data=data, **name)
        else:
            self.call("uart-write", data=base64.b64encode(data).decode(), encoding="base64", **name)

    def pin(self, name: str) -> str:
        """The level of a pin: "high", "low", "floating" or "conflict"."""
        return self.call("pin-query", pin=name)["level"]

    def drive(self, pin: str, level: str) -> None:
        """Puts a level on a pin from outside."""
        self.call("pin-drive", pin=pin, level=level)

    def release(self, pin: str) -> None:
        """Takes back what was put on a pin."""
        self.call("pin-release", pin=pin)

    def register(self, name: str) -> int:
        """A device's register or field by name: "USART2.CR1", "USART2.CR1.UE"."""
        return self.call("register-read", register=name)["value"]

    def set_register(self, name: str, value: int) -> None:
        """Writes a device's register or field as the firmware would."""
        self.call("register-write", register=name, value=value)

    def cpu_registers(self) -> dict[str, int]:
        """The core's registers."""
        return {name: as_int(value) for name, value in self.call("registers-get")["registers"].items()}

    def read(self, address: int | str, length: int) -> bytes:
        """Bytes of memory, from an address or symbol on."""
        return bytes.fromhex(self.call("memory-read", address=address, length=length)["data"])

    def write(self, address: int | str, data: bytes) -> None:
        """Stores bytes into memory."""
        self.call("memory-write", address=address, data=data.hex())

    def read_word(self, address: int | str, size: int = 4) -> int:
        """A word of memory or of a device, without effects."""
        return as_int(self.call("word-read", address=address, size=size)["value"])

    def part(self, name: str, action: str, *arguments: Any) -> Any:
        """Does something with a part: part("button", "press", {"for": "20ms"})."""
        return self.call("part-call", part=name, action=action, arguments=list(arguments))["value"]

    def save(self, name: str) -> None:
        """Keeps this instant under a name."""
        self.call("snapshot-save", name=name)

    def restore(self, name: str) -> None:
        """Goes back to an instant."""
        self.call("snapshot-restore", name=name)

    def quit(self) -> int | None:
        """Ends the machine; returns the exit code of a process that `start` started."""
        try:
            self.call("quit")
        except (Disconnected, OSError):
            pass
        try:
            self._writer.close()
        except OSError:
            pass
        self._close()
        if self._process is None:
            return None
        assert self._process.stdout is not None
        self._process.stdout.read()
        self._process.stdout.close()
        return self._process.wait()

    def __enter__(self) -> "Machine":
        return self

    def __exit__(self, *_: object) -> None:
        self.quit()
