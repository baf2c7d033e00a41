#!/usr/bin/env python3
"""tls.py CERTIFICATE KEY PORT SERVER-PORT: takes TLS connections on 127.0.0.1 and passes them on to a server without TLS."""
import asyncio
import ssl
import sys


async def passed(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    """Copies bytes until there are no more."""
    try:
        while data := await source.read(1 << 16):
            sink.write(data)
            await sink.drain()
    except OSError:
        pass
    sink.close()


async def main(certificate: str, key: str, port: int, server: int) -> None:
    """Serves until it is killed."""

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        from_server, to_server = await asyncio.open_connection("127.0.0.1", server)
        await asyncio.gather(passed(reader, to_server), passed(from_server, writer))

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    async with await asyncio.start_server(connected, "127.0.0.1", port, ssl=context) as listening:
        print("ready", flush=True)
        await listening.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])))
