#!/usr/bin/env python3
"""Start the server on a small model and try it over loopback.

    python3 Examples/Search/check.py path/to/Search path/to/lfconv
"""

import concurrent.futures
import json
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
DOCUMENTS = ["The quick brown fox", "naïve 😀 text", "a b c d e f g", "one more"]


def make_model(folder):
    """A golden's weights with a golden's tokenizer."""
    shutil.copytree(ROOT / "Tests/LongformerTests/Goldens/longformer-masked-lm", folder)
    shutil.copy(ROOT / "Tests/LFTokenizersTests/Goldens/roberta.json", folder / "tokenizer.json")


class Server:
    def __init__(self, program, model, *options):
        self.process = subprocess.Popen([program, model, "--port", "0", *options], stderr=subprocess.PIPE, text=True)
        self.lines = []
        for line in self.process.stderr:
            self.lines.append(line)
            if found := re.search(r"listening on port (\d+)", line):
                self.address = f"http://127.0.0.1:{found[1]}/"
                return
        raise SystemExit(f"the server did not start: {self.lines}")

    def __call__(self, path, body=None):
        """→ (status, JSON or None)."""
        data = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(urllib.request.Request(self.address + path, data=data), timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read()
            return error.code, json.loads(text) if text else None

    def stop(self, number=signal.SIGTERM):
        self.process.send_signal(number)
        rest = self.process.stderr.read()
        return self.process.wait(timeout=30), rest


def expect(condition, what):
    if not condition:
        raise SystemExit(f"check: {what}")


def main():
    program, lfconv = sys.argv[1:]
    with tempfile.TemporaryDirectory() as scratch:
        scratch = pathlib.Path(scratch)
        make_model(scratch / "model")
        (scratch / "documents.txt").write_text("\n".join(DOCUMENTS) + "\n")
        lines = subprocess.run([lfconv, "encode", scratch / "model", "--text", scratch / "documents.txt", "--normalize",
                                "--json"], check=True, capture_output=True, text=True).stdout.splitlines()
        vectors = [json.loads(line)["embedding"] for line in lines]

        server = Server(program, scratch / "model", "--documents", scratch / "documents.txt", "--max-body", "20000",
                        "--max-documents", "6")
        try:
            expect(server("health")[1]["documents"] == 4, "the documents of the file are there")
            status, answer = server("embed", {"texts": DOCUMENTS})
            expect(status == 200 and answer["embeddings"] == vectors, "vectors are those of lfconv encode, to the bit")
            with concurrent.futures.ThreadPoolExecutor(16) as pool:
                asked = [DOCUMENTS[k % 4:] for k in range(64)]
                answers = list(pool.map(lambda texts: server("embed", {"texts": texts}), asked))
            expect(all(answer == (200, server("embed", {"texts": texts})[1]) and
                       answer[1]["embeddings"] == vectors[-len(texts):] for texts, answer in zip(asked, answers)),
                   "a crowd gets the same bits")
            for number, text in enumerate(DOCUMENTS):
                status, answer = server("search", {"text": text, "limit": 2})
                found = answer["results"]
                expect(len(found) == 2 and found[0]["id"] == str(number + 1) and found[0]["text"] == text
                       and abs(found[0]["score"] - 1) < 1e-5, f"{text} finds itself")
                expect(found[0]["score"] >= found[1]["score"], "the nearest comes first")
            status, answer = server("documents", {"documents": [{"id": "x", "text": "new"}, {"id": "1", "text": "other"}]})
            expect((status, answer) == (200, {"documents": 5}), "a new document, and one replaced")
            expect(server("search", {"text": "other"})[1]["results"][0]["id"] == "1", "the replaced one is found")
            more = {"documents": [{"id": f"m{k}", "text": "x"} for k in range(3)]}
            expect(server("documents", more)[0] == 507, "no room: 507")
            expect(server("health")[1]["documents"] == 5, "then none is added")
            expect(server("embed", {"texts": ["x" * 30000]})[0] == 413, "a large body: 413")
            expect(server("embed", b"{")[0] == 400 and server("embed", {"text": 1})[0] == 400, "no JSON: 400")
            expect(server("search", {"text": "a", "limit": 0})[0] == 400, "limit 0: 400")
            expect(server("embed", {"texts": []})[1]["embeddings"] == [], "no text, no vector")
            status, answer = server("embed", {"texts": ["word " * 3000]})
            expect(status == 200 and answer["cut"][0] > 0, "a long text is cut, and this is said")
            expect(server("nothing")[0] == 404, "another path: 404")
        finally:
            status, rest = server.stop()
        expect(status == 0 and "stopped" in rest, f"SIGTERM ends it cleanly: {status}, {rest}")

        # One at a time and nobody waiting: the second is turned away, the first is
        # answered though the server was told to stop meanwhile.
        server = Server(program, scratch / "model", "--waiting", "0", "--threads", "1")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            texts = {"texts": ["word " * 100] * 300}
            first = pool.submit(server, "embed", texts)
            time.sleep(0.05)
            codes = [answer[0] for answer in pool.map(lambda _: server("embed", texts), range(6))]
            expect(503 in codes, f"a crowd is turned away: {codes}")
            expect(first.result()[0] in (200, 503), "and the first is answered")
            last = pool.submit(server, "embed", texts)
            time.sleep(0.2)
            status, rest = server.stop(signal.SIGINT)
            expect(last.result()[0] == 200, "a stop waits for the request that runs")
        expect(status == 0, f"SIGINT ends it cleanly: {status}, {rest}")

        failed = subprocess.run([program, scratch / "nothing.lfz"], capture_output=True, text=True)
        expect(failed.returncode == 4 and failed.stderr.count("\n") == 1, f"one line on error: {failed.stderr}")
    print("search: vectors, documents, limits and stops are as they should be")


if __name__ == "__main__":
    main()
