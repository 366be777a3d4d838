"""Another site on loopback, and what its pages do to harm the board."""

import http.server
import threading

# Makes ATTACKS requests to switch and some to learn something; gives what it learnt.
ATTACK = """async (board) => {
    const on = '{"on":true}', json = { "Content-Type": "application/json" };
    const form = { "Content-Type": "application/x-www-form-urlencoded" };
    const load = (tag, path) => new Promise((resolve) => {
        const element = document.createElement(tag);
        element.onload = element.onerror = resolve;
        element[tag == "link" ? "href" : "src"] = board + path;
        element.rel = "stylesheet";
        document.head.append(element);
    });
    const read = [];
    for (const options of [
        ["toggle", { method: "POST" }],
        ["toggle", { method: "POST", mode: "no-cors", credentials: "include" }],
        ["toggle", { method: "POST", mode: "no-cors", keepalive: true, referrer: "" }],
        ["toggle", { method: "POST", referrerPolicy: "no-referrer", mode: "no-cors" }],
        ["led", { method: "POST", body: on }],
        ["led", { method: "POST", body: on, mode: "no-cors" }],
        ["led", { method: "POST", body: on, mode: "no-cors", headers: form }],
        ["led", { method: "POST", body: new FormData(), mode: "no-cors" }],
        ["led", { method: "POST", body: on, headers: json }],
        ["led", { method: "PUT", body: on, headers: json }],
        ["led", { method: "PUT", body: on }],
    ])
        await fetch(board + options[0], options[1]).then((r) => r.text()).then(
            (text) => read.push(text), () => {});
    await load("img", "toggle");
    await load("script", "toggle");
    await load("link", "toggle");
    navigator.sendBeacon(board + "toggle");
    navigator.sendBeacon(board + "led", on);
    for (const path of ["led", "status", ""])
        await fetch(board + path).then((r) => r.text()).then((text) => read.push(text), () => {});
    return read.filter((text) => text);
}"""
ATTACKS = 16
SEND_FORM = """([address, sandbox]) => {
    const page = `<form method=post action=${address}toggle enctype=text/plain>
        <input name='{"on":true,"x":"' value='"}'></form>
        <script>document.forms[0].submit()</script>`;
    if (!sandbox) {
        document.body.innerHTML = page;
        document.forms[0].submit();
    } else {
        const frame = document.createElement("iframe");
        frame.sandbox = "allow-scripts allow-forms allow-top-navigation";
        frame.srcdoc = page.replace("<form ", "<form target=_top ");
        document.body.append(frame);
    }
}"""
# What a WebSocket hears until it is closed; `word` is what it says to the password prompt.
LISTEN = """([address, word]) => new Promise((resolve) => {
    const socket = new WebSocket(address);
    let heard = "";
    socket.onmessage = (event) => {
        heard += event.data;
        if (heard.endsWith("Password: ")) socket.send(word + "\\r");
    };
    socket.onclose = () => resolve(heard);
})"""


class Site(http.server.BaseHTTPRequestHandler):
    """Every path is an empty page."""

    def do_GET(self) -> None:
        body = b"<!doctype html><body>"
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


class Server(http.server.ThreadingHTTPServer):
    """Serves Site at `port` until close()."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Site)
        self.port = self.server_address[1]
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    def close(self) -> None:
        self.shutdown()
        self.server_close()
