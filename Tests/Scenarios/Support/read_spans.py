"""A collector of spans: takes OTLP/HTTP in JSON, reads it into OpenTelemetry's own messages, and writes each span as a line.

read_spans.py FILE   prints its port, then collects until it is killed. What it cannot read it answers with 400, and says why in FILE.
"""
import base64
import http.server
import json
import sys

from google.protobuf import json_format
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


def with_bytes(value):
    """OTLP's JSON writes ids in hexadecimal, where protobuf's own JSON has base64."""
    if isinstance(value, list):
        return [with_bytes(v) for v in value]
    if not isinstance(value, dict):
        return value
    ids = {"traceId", "spanId", "parentSpanId"}
    return {
        k: base64.b64encode(bytes.fromhex(v)).decode() if k in ids else with_bytes(v) for k, v in value.items()
    }


class Collector(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        lines, status = [], 200
        try:
            request = json_format.ParseDict(with_bytes(json.loads(body)), ExportTraceServiceRequest())
            for resource in request.resource_spans:
                names = {a.key: a.value.string_value for a in resource.resource.attributes}
                for scope in resource.scope_spans:
                    for span in scope.spans:
                        assert len(span.trace_id) == 16 and len(span.span_id) == 8
                        assert span.end_time_unix_nano >= span.start_time_unix_nano > 0
                        lines.append({
                            "service": names.get("service.name", ""), "name": span.name, "kind": span.kind,
                            "trace": span.trace_id.hex(), "span": span.span_id.hex(),
                            "parent": span.parent_span_id.hex(),
                            "attributes": json.dumps({a.key: a.value.string_value or a.value.int_value for a in span.attributes}),
                        })
        except Exception as error:
            lines, status = [{"name": "BAD", "attributes": repr(error)}], 400
        with open(sys.argv[1], "a") as file:
            for line in lines:
                file.write(json.dumps(line) + "\n")
        self.send_response(status)
        self.send_header("content-length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Collector)
print(server.server_address[1], flush=True)
server.serve_forever()
