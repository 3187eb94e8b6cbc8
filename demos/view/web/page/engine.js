// The engine behind the page: asked over HTTP where a server serves the page, and
// in a worker as WebAssembly where the page is files alone. Both answer alike.

// Refused is what the engine answers to what it does not do.
export class Refused extends Error {
	constructor(status, message) {
		super(message);
		this.status = status;
	}
}

// connect returns the engine that the page came with. ask(op, request, signal)
// returns the answer to one request; with a signal it may take long, and goes
// another way than requests that must not wait. download(op, request) returns a
// file's name and its blob.
export function connect() {
	const local = document.querySelector('meta[name="engine"]')?.content === "wasm";
	return local ? new Local() : new Remote();
}

class Remote {
	async send(op, request, signal) {
		const response = await fetch(`api/${op}`, {
			method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(request), signal,
		}).catch((e) => {
			signal?.throwIfAborted();
			throw new Error(`nothing answers at ${location.host}: stickydemo web, which serves this page, has stopped (${e.message})`);
		});
		if (response.ok) return response;
		const said = await response.text();
		let message = said;
		try {
			message = JSON.parse(said).error;
		} catch {
			// no answer of the engine
		}
		throw new Refused(response.status, message);
	}

	// bytes returns an answer as it came.
	async bytes(op, request) {
		return new Uint8Array(await (await this.send(op, request)).arrayBuffer());
	}

	async ask(op, request, signal) {
		return (await this.send(op, request, signal)).json();
	}

	async download(op, request) {
		const response = await this.send(op, request);
		const name = /filename="?([^";]+)/.exec(response.headers.get("Content-Disposition") ?? "")?.[1] ?? `stickydemo.${op}`;
		return { name, blob: await response.blob() };
	}
}

class Local {
	constructor() {
		this.module = load();
		this.quick = new Line(this.module);
	}

	send(op, request, signal) {
		if (!signal) return this.quick.send(op, request);
		this.slow ??= new Line(this.module);
		return this.slow.send(op, request, signal);
	}

	async bytes(op, request) {
		return (await this.send(op, request)).body;
	}

	async ask(op, request, signal) {
		return JSON.parse(new TextDecoder().decode((await this.send(op, request, signal)).body));
	}

	async download(op, request) {
		const { name, type, body } = await this.send(op, request);
		return { name, blob: new Blob([body], { type }) };
	}
}

// load fetches and compiles the engine once, for all workers.
async function load() {
	const response = await fetch("stickydemo.wasm");
	if (!response.ok) throw new Error(`stickydemo.wasm: ${response.status} ${response.statusText}`);
	if (response.headers.get("Content-Type") === "application/wasm") return WebAssembly.compileStreaming(response);
	return WebAssembly.compile(await response.arrayBuffer()); // some file servers do not know the type
}

// Line is one worker. It works on one request after the other.
class Line {
	constructor(module) {
		this.module = module;
		this.waiting = new Map();
		this.next = 1;
	}

	async send(op, request, signal) {
		this.worker ??= await this.start();
		signal?.throwIfAborted();
		return new Promise((resolve, reject) => {
			const id = this.next++;
			this.waiting.set(id, { resolve, reject });
			signal?.addEventListener("abort", () => this.stop(id, signal.reason));
			this.worker.postMessage({ id, op, request: JSON.stringify(request) });
		});
	}

	async start() {
		const module = await this.module;
		if (this.worker) return this.worker; // another request was faster
		const worker = new Worker("worker.js");
		worker.onmessage = ({ data }) => {
			const asked = this.waiting.get(data.id);
			this.waiting.delete(data.id);
			if (data.status === 200) asked?.resolve(data);
			else asked?.reject(new Refused(data.status, JSON.parse(new TextDecoder().decode(data.body)).error));
		};
		worker.onerror = (e) => {
			for (const { reject } of this.waiting.values()) reject(new Error(e.message));
			this.waiting.clear();
		};
		worker.postMessage({ module });
		return worker;
	}

	// stop ends a request that nobody waits for any more, and with it the worker:
	// nothing else interrupts it.
	stop(id, reason) {
		if (!this.waiting.has(id)) return;
		this.worker.terminate();
		this.worker = null;
		for (const { reject } of this.waiting.values()) reject(reason);
		this.waiting.clear();
	}
}
