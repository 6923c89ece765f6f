"""The switch's side of one call on an outbound socket: it executes, completes, hangs up."""

import gevent
from gevent import socket

from tests.fakes.fake_freeswitch import OK, api_response, plain_event

UUID = "7f184f82-6a6a-4ba8-9b52-9f07cfa8a645"
CONNECTED = (
    b"Content-Type: command/reply\nReply-Text: +OK\nUnique-ID: " + UUID.encode() + b"\n"
    b"Caller-Caller-ID-Number: %2B8613800138000\nCaller-Destination-Number: 96001\n"
    b"variable_sip_from_display: a%0AUnique-ID%3A%20EVIL\n\n"
)


class FakeChannel:
    """`results` maps an application to headers of its completion; `endless` ones go on until
    uuid_break, or until a test calls `complete` as a bridge would."""

    def __init__(self, port):
        self.sock = socket.create_connection(("127.0.0.1", port), timeout=5)
        self.executed = []
        self.commands = []
        self.results = {}
        self.hang_up_on = ()
        self.endless = ()
        self.playing = []
        self.ended = False
        self.greenlet = gevent.spawn(self.run)

    def run(self):
        buffer = b""
        while data := self.sock.recv(65536):
            buffer += data
            while b"\n\n" in buffer:
                block, _, buffer = buffer.partition(b"\n\n")
                self.take(block.decode())
        self.ended = True

    def take(self, command):
        self.commands.append(command)
        if command == "connect":
            self.sock.sendall(CONNECTED)
            return
        if command.startswith("api uuid_getvar"):
            self.sock.sendall(api_response(self.executed[-1][0].encode()))
            return
        if command.startswith("api uuid_break"):
            self.sock.sendall(api_response(b"+OK\n"))
            self.complete()
            return
        self.sock.sendall(OK)
        if command.startswith("sendmsg"):
            fields = dict(line.split(": ", 1) for line in command.split("\n")[1:])
            self.execute(fields)

    def execute(self, fields):
        name, argument = fields["execute-app-name"], fields.get("execute-app-arg", "")
        self.executed.append((name, argument))
        assert fields["event-lock"] == "true"
        headers = {"Unique-ID": UUID, "Application": name}
        if name == "hangup" or name in self.hang_up_on:
            self.sock.sendall(plain_event({"Event-Name": "CHANNEL_HANGUP"} | headers))
            return
        headers |= {
            "Event-Name": "CHANNEL_EXECUTE_COMPLETE",
            "Application-UUID": fields["Event-UUID"],
        }
        headers |= self.results.get(name, {})
        if name in self.endless:
            self.playing.append(headers)
            return
        self.sock.sendall(plain_event(headers))

    def complete(self):
        """What plays without end is over."""
        while self.playing:
            self.sock.sendall(plain_event(self.playing.pop()))

    def leave(self):
        """The caller hangs up."""
        self.sock.sendall(plain_event({"Event-Name": "CHANNEL_HANGUP", "Unique-ID": UUID}))
