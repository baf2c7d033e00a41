#!/usr/bin/env python3
"""A name server on port 53 of 127.0.0.1, to test a static program with: every name is 127.0.0.1.

An answer for a name with the label "long" does not fit into a datagram, so it is asked for again over TCP. Each query is
printed: the protocol and the name.
"""
import socket
import socketserver
import struct
import sys
import threading

#: So many addresses do not fit into a datagram of 512 bytes.
MANY = 60


def answered(query: bytes, datagram: bool) -> bytes:
    """The answer to a query of one question."""
    end = query.index(0, 12) + 5
    labels, at = [], 12
    while query[at]:
        labels.append(query[at + 1 : at + 1 + query[at]].decode())
        at += query[at] + 1
    name, question = ".".join(labels), query[12:end]
    # In one piece: two threads write.
    print(f"{'udp' if datagram else 'tcp'} {name}\n", end="", flush=True)
    is_address = question[-4:-2] == struct.pack("!H", 1)
    count = (MANY if "long" in labels else 1) if is_address else 0
    cut = datagram and count == MANY
    flags = 0x8180 | (0x0200 if cut else 0)
    records = 0 if cut else count
    head = query[:2] + struct.pack("!HHHHH", flags, 1, records, 0, 0)
    record = struct.pack("!HHHIH", 0xC00C, 1, 1, 60, 4) + socket.inet_aton("127.0.0.1")
    return head + question + record * records


class Datagram(socketserver.BaseRequestHandler):
    """A query over UDP."""

    def handle(self) -> None:
        query, server = self.request
        server.sendto(answered(query, True), self.client_address)


class Stream(socketserver.StreamRequestHandler):
    """Queries over TCP, each after its length."""

    def handle(self) -> None:
        while head := self.rfile.read(2):
            answer = answered(self.rfile.read(struct.unpack("!H", head)[0]), False)
            self.wfile.write(struct.pack("!H", len(answer)) + answer)


def main() -> None:
    """Serves both until it is killed."""
    socketserver.ThreadingTCPServer.allow_reuse_address = True
    streams = socketserver.ThreadingTCPServer(("127.0.0.1", 53), Stream)
    datagrams = socketserver.UDPServer(("127.0.0.1", 53), Datagram)
    threading.Thread(target=streams.serve_forever, daemon=True).start()
    print("ready", flush=True)
    datagrams.serve_forever()


if __name__ == "__main__":
    sys.exit(main())
