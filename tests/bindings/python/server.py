"""A real `atalaya serve` on a port of its own."""

import json
import re
import shutil
import sqlite3
import subprocess


class Server:
    def __init__(self, program, folder):
        self.program, self.folder = str(program), folder
        command = [self.program, "serve", "--data", str(folder), "--listen", "127.0.0.1:0"]
        self.log = open(folder.parent / "server.log", "wb")
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log)
        line = self.process.stdout.readline().decode()
        self.url = re.search(r"http://[0-9.:]+", line).group(0)

    def run(self, *arguments):
        command = [self.program, *arguments, "--data", str(self.folder), "--json"]
        done = subprocess.run(command, capture_output=True, check=True)
        return json.loads(done.stdout)

    def apply(self, policy, group):
        self.run("policy", "apply", str(policy), "--group", group)

    def token(self, group):
        return self.run("token", "create", "--group", group)["token"]

    def reports(self, device):
        """The numbers of a device's reports, in order, straight from the database."""
        with sqlite3.connect(f"file:{self.folder}/atalaya.db?mode=ro", uri=True) as database:
            rows = database.execute(
                "SELECT sequence FROM reports WHERE lower(hex(device)) = ? ORDER BY sequence", (decode(device),)
            )
            return [sequence for (sequence,) in rows]

    def evidence(self, device):
        """All that hardware said for a device's keys, in the order in which it came: whether it is current, and what."""
        with sqlite3.connect(f"file:{self.folder}/atalaya.db?mode=ro", uri=True) as database:
            rows = database.execute(
                "SELECT current, evidence FROM attestations WHERE lower(hex(device)) = ? ORDER BY number",
                (decode(device),),
            )
            return [(current == 1, json.loads(evidence)) for current, evidence in rows]

    def attestation(self, device):
        """What hardware said for a device's key of now."""
        return next(evidence for current, evidence in self.evidence(device) if current)

    def enrolments(self):
        with sqlite3.connect(f"file:{self.folder}/atalaya.db?mode=ro", uri=True) as database:
            return database.execute("SELECT count(*) FROM devices").fetchone()[0]

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.process.stdout.close()
        self.log.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def decode(device):
    """A device's id as the hexadecimal digits of its bytes."""
    number = 0
    for letter in device:
        number = number * 32 + "0123456789ABCDEFGHJKMNPQRSTVWXYZ".index(letter)
    return f"{number:032x}"
