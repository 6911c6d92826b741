"""A real SMTP server (aiosmtpd) that behaves as it is told, and writes down what it took.

mail_server.py BOOK [--tls starttls|implicit --cert FILE --key FILE] [--auth USER:PASSWORD] [--turns TURN,...]

Prints its port. BOOK gets a line of JSON for each mail, as Python's own `email` package reads it. Each mail takes the
next turn, the last one for ever:

ok           take it
data:CODE    answer CODE after its end
rcpt:CODE    answer CODE to its recipient
mail:CODE    answer CODE to its sender
hang         take it and never answer
cut          take it and cut the connection instead of answering
midcut       cut the connection in the middle of its content
"""

import argparse
import asyncio
import email
import email.policy
import json
import ssl

from aiosmtpd.smtp import SMTP, AuthResult

texts = {"421": "Try again later", "450": "4.2.1 Mailbox <x@y> is busy", "451": "4.3.0 Not now", "452": "4.3.1 Full",
         "530": "5.7.0 Authentication required",
         "550": "5.1.1 No such mailbox <x@y>", "552": "5.3.4 Too large", "554": "5.7.1 Refused"}

options = argparse.ArgumentParser()
options.add_argument("book")
options.add_argument("--tls", choices=["starttls", "implicit"])
options.add_argument("--cert")
options.add_argument("--key")
options.add_argument("--auth")
options.add_argument("--turns", default="ok")
options = options.parse_args()
turns = options.turns.split(",")


def turn(kind=None):
    """The turn at hand; taken by the step that it is for."""
    return turns[0]


def taken():
    if len(turns) > 1:
        turns.pop(0)


def answer(code):
    return f"{code} {texts[code]}"


class Handler:
    async def handle_MAIL(self, server, session, envelope, address, mail_options):
        if turn().startswith("mail:"):
            code = turn()[5:]
            taken()
            return answer(code)
        envelope.mail_from = address
        return "250 2.1.0 Sender is welcome"

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        if turn().startswith("rcpt:"):
            code = turn()[5:]
            taken()
            return answer(code)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient is welcome"

    async def handle_DATA(self, server, session, envelope):
        now = turn()
        taken()
        self.write(server, session, envelope)
        if now == "hang":
            await asyncio.sleep(3600)
        if now == "cut":
            server.transport.abort()
            return "250 nobody hears this"
        if now.startswith("data:"):
            return answer(now[5:])
        return "250 2.0.0 Taken"

    def write(self, server, session, envelope):
        raw = envelope.original_content
        mail = email.message_from_bytes(raw, policy=email.policy.default)
        parts = {part.get_content_type(): part.get_content() for part in mail.walk() if not part.is_multipart()}
        with open(options.book, "a", encoding="utf-8") as book:
            line = {
                "from": envelope.mail_from, "to": list(envelope.rcpt_tos), "isTLS": server.transport.get_extra_info("sslcontext") is not None,
                "isKnown": bool(session.authenticated), "greeting": session.host_name,
                "headers": {name.lower(): str(value) for name, value in mail.items()},
                "toName": mail["To"].addresses[0].display_name, "toAddress": mail["To"].addresses[0].addr_spec,
                "fromName": mail["From"].addresses[0].display_name,
                "structure": [part.get_content_type() for part in mail.walk()],
                "plain": parts.get("text/plain", ""), "html": parts.get("text/html", ""),
                "defects": [str(defect) for part in mail.walk() for defect in part.defects]
                + [str(defect) for value in mail.values() for defect in value.defects],
                "longest": max(len(line) for line in raw.split(b"\r\n")), "isASCII": raw.isascii(),
            }
            book.write(json.dumps(line) + "\n")


class Server(SMTP):
    async def smtp_DATA(self, argument):
        if turn() != "midcut":
            return await super().smtp_DATA(argument)
        taken()
        await self.push("354 End data with <CR><LF>.<CR><LF>")
        for _ in range(3):
            await self._reader.readline()
        self.transport.abort()


def check(server, session, envelope, mechanism, data):
    user, password = options.auth.split(":")
    same = data.login.decode() == user and data.password.decode() == password
    return AuthResult(success=same, handled=False)


async def main():
    context = None
    if options.tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.cert, options.key)
    upgrade = context if options.tls == "starttls" else None
    wrapped = context if options.tls == "implicit" else None

    def protocol():
        return Server(
            Handler(), hostname="mail.test", tls_context=upgrade, require_starttls=upgrade is not None,
            authenticator=check if options.auth else None, auth_required=bool(options.auth),
            # It knows of no TLS from the first byte, and would offer no sign-in there.
            auth_require_tls=upgrade is not None, loop=asyncio.get_running_loop())

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", 0, ssl=wrapped)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


asyncio.run(main())
