"""Stand-ins for STS and for the server that gives a job of GitHub Actions its token. STS exchanges only the tokens of these jobs,
for the temporary credentials of the emulator."""

import json
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

GITHUB_TOKEN = "stand-in-of-github"
GITLAB_TOKEN = "stand-in-of-gitlab"
PROVIDERS = {"github": GITHUB_TOKEN, "gitlab": GITLAB_TOKEN}
ROLE = "qcs::cam::uin/100000000001:roleName/uploader"
CREDENTIALS = {
    "TmpSecretId": "AKIDcosputtemporary",
    "TmpSecretKey": "cosput-temporary-secret",
    "Token": "cosput-temporary-token",
}


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        audience = parse_qs(urlsplit(self.path).query).get("audience")
        allowed = self.headers.get("Authorization", "").lower() == "bearer stand-in-of-the-job"
        if allowed and audience == ["sts.tencentcloudapi.com"]:
            self.answer(200, {"count": 1, "value": GITHUB_TOKEN})
        else:
            self.answer(401, {})

    def do_POST(self):
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        right = (
            self.headers["X-TC-Action"] == "AssumeRoleWithWebIdentity"
            and self.headers["Authorization"] == "SKIP"
            and body["RoleArn"] == ROLE
            and PROVIDERS.get(body["ProviderId"]) == body["WebIdentityToken"]
        )
        if right:
            expires = int(time.time()) + body["DurationSeconds"]
            response = {"Credentials": CREDENTIALS, "ExpiredTime": expires}
        else:
            response = {"Error": {"Code": "AuthFailure", "Message": "not this token"}}
        self.answer(200, {"Response": {**response, "RequestId": "stand-in"}})

    def answer(self, status, document):
        body = json.dumps(document).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
