// The link model's knobs. They write the plan's link: the plan stays the one place
// that says what the network does.

import { byId, el, text } from "./dom.js";
import { say } from "./words.js";

// titles of the settings that are known here; another is called by its name.
const titles = () => ({
	rtt: say("Round trip, such as 40ms"),
	mss: say("Largest segment, in bytes"),
	nagle: say("Nagle's algorithm"),
	delack: say("Acknowledgements wait, such as 40ms"),
	rate: say("Rate, such as 20mbit"),
	window: say("Window, such as 64k"),
	loss: say("Loss, such as 1%"),
	seed: say("Seed of the losses"),
});

export async function link({ catalogue, answer, choose }) {
	const named = new Map(catalogue.links.map((l) => [l.text, l.what]));
	const items = answer.plan.split(";");
	const isLink = (item) => item.startsWith("link:") || named.has(item);
	const own = items.find(isLink) ?? "";
	const set = settings(own.startsWith("link:") ? own : named.get(own) ?? "");
	const problem = el("p", { class: "error", role: "alert", hidden: true });
	const apply = async (item) => {
		await choose({ plan: [...items.filter((i) => !isLink(i)), item].filter(Boolean).join(";") || "glue", at: undefined });
		text(problem, byId("plan-error").textContent); // that one may be off the screen
	};
	const change = (key, value) => {
		set.set(key, value.trim());
		const list = [...set].filter(([, v]) => v !== "").map((pair) => pair.join("="));
		apply(list.length ? "link:" + list.join(",") : "");
	};

	const knobs = [...settings(catalogue.link_form)].map(([key, example]) => {
		const label = el("span", {}, titles()[key] ?? key, " ", el("code", {}, key));
		const value = set.get(key) ?? "";
		if (example !== "on") return el("label", { class: "knob" }, label, el("input", { name: key, value, placeholder: example, autocomplete: "off", change: (e) => change(key, e.target.value) }));
		return el("label", { class: "knob" }, label, el("select", { name: key, change: (e) => change(key, e.target.value) },
			el("option", { value: "" }, say("off")), el("option", { value: "on", selected: value === "on" }, say("on"))));
	});
	const links = el("select", { change: (e) => apply(e.target.value) },
		el("option", { value: "" }, say("no link: bytes arrive at once")),
		[...named].map(([name, what]) => el("option", { value: name, selected: name === own }, `${name} ${what}`)),
		own && !named.has(own) && el("option", { value: own, selected: true }, own));
	return [
		el("p", {}, say("What a real path does to the bytes. The picture's wire shows what it made of them.")),
		el("div", { class: "row" }, el("label", { class: "field wide" }, el("span", {}, say("Link")), links)),
		el("div", { class: "knobs" }, knobs),
		problem,
	];
}

// settings are those of a link's text, in its order.
function settings(text) {
	return new Map(text.replace(/^link:/, "").split(",").filter(Boolean).map((s) => s.split("=")));
}
