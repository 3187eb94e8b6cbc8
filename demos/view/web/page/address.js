// The address holds what is shown: whoever opens it sees the same.

const single = ["stage", "variant", "side", "plan", "at", "lang", "theme", "tab", "belief", "lesson"];

// read returns what the address asks for. c, the commands, is a list; what is
// absent is undefined.
export function read() {
	const asked = new URLSearchParams(location.hash.slice(1));
	const state = {};
	for (const key of single) if (asked.has(key)) state[key] = asked.get(key);
	if (asked.has("c")) state.c = asked.getAll("c");
	return state;
}

// link returns the address of a state.
export function link(state) {
	const asked = new URLSearchParams();
	for (const key of single) {
		if (state[key] !== undefined && state[key] !== null && state[key] !== "") asked.set(key, state[key]);
	}
	if (state.plan === "") asked.set("plan", "");
	for (const command of state.c ?? []) asked.append("c", command);
	// What may stand in a fragment as it is stays readable: a teacher types it.
	const readable = asked.toString().replace(/%3A/gi, ":").replace(/%3B/gi, ";").replace(/%2C/gi, ",").replace(/%40/gi, "@");
	return location.href.split("#")[0] + "#" + readable.replace(/([?&#;]|^)(plan=[^&]*)/, (all) => all.replace(/%3D/gi, "="));
}

// write puts a state into the address: a choice is a step of the history, a drag
// or a moment is none.
export function write(state, choice) {
	const href = link(state);
	if (href === location.href) return;
	history[choice ? "pushState" : "replaceState"](null, "", href);
}
