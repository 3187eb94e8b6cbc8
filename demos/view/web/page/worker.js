// The engine in a worker, so that the page stays awake while it works. The first
// message is {module}, the compiled WebAssembly; each other one {id, op, request},
// answered by {id, status, type, name, body}. Lessons are files beside the engine.

importScripts("wasm_exec.js");

let ready;

async function start(module) {
	const go = new Go();
	const instance = await WebAssembly.instantiate(module, go.importObject);
	go.run(instance); // runs until the engine waits for requests
}

onmessage = async ({ data }) => {
	if (data.module) {
		ready = start(data.module);
		return;
	}
	const { id, op, request } = data;
	try {
		if (op === "lesson") {
			const { number, lang } = JSON.parse(request);
			const file = await fetch(`lesson/${number}.${lang}.json`);
			const body = new Uint8Array(await file.arrayBuffer());
			if (!file.ok) throw new Error(`lesson ${number}: ${file.status}`);
			postMessage({ id, status: 200, type: "application/json", name: "", body }, [body.buffer]);
			return;
		}
		await ready;
		const answer = stickydemo(op, request);
		postMessage({ id, ...answer }, [answer.body.buffer]);
	} catch (e) { // the engine is gone: a fault of ours, or no memory
		const body = new TextEncoder().encode(JSON.stringify({ error: String(e) }));
		postMessage({ id, status: 500, type: "application/json", name: "", body });
	}
};
