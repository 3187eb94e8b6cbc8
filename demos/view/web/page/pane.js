// The pane of one side: how it fared, its rulers, its picture, its calls.

import { el, picture, width } from "./dom.js";
import { Ruler } from "./ruler.js";
import { say } from "./words.js";

// kinds are how loud a verdict is; its sign says the same without the colour.
const kinds = { ok: ["ok", "✓"], error: ["loud", "!"], hang: ["loud", "!"], late: ["loud", "!"], spin: ["loud", "!"] };

// pill is a verdict on its ground: a silent wrong answer stands out most.
export function pill(verdict) {
	const [kind, sign] = kinds[verdict] ?? ["silent", "✕"];
	return el("span", { class: `pill ${kind}` }, `${sign} ${verdict}`);
}

const decode = (base64) => Uint8Array.from(atob(base64 ?? ""), (c) => c.charCodeAt(0));

export class Pane {
	// edit is as Ruler's, jump is told a plan, resized that the picture has another
	// width.
	constructor(side, edit, jump, resized) {
		this.side = side;
		this.verdict = el("span");
		this.headline = el("p", { class: "headline" });
		this.name = el("h2", { id: `${side}-title` });
		this.rulers = { up: new Ruler("up", edit), down: new Ruler("down", edit) };
		this.smallest = el("button", { type: "button", hidden: true, click: () => jump(this.fatal.smallest.plan) });
		this.note = el("p", { class: "note", hidden: true });
		this.figure = el("div", { class: "figure", tabindex: "0", role: "group" });
		this.calls = el("table", { class: "calls" });
		this.facts = el("dl", { class: "facts" });
		this.element = el("section", { class: "pane", id: side, "aria-labelledby": `${side}-title` },
			el("div", { class: "pane-head" }, this.name, this.verdict, this.smallest),
			this.headline, el("div", { class: "rulers" }, this.rulers.up.element, this.rulers.down.element), this.note, this.figure, this.calls, this.facts);
		this.width = width(this.figure, resized);
	}

	// show draws a side of an answer, and what is known of its fatal places.
	show(side, cuts, fatal) {
		this.drawn = side;
		this.cuts = cuts;
		this.name.textContent = side.program;
		this.verdict.replaceChildren(pill(side.verdict));
		this.headline.textContent = side.headline;
		this.figure.setAttribute("aria-label", say("Picture, %s", side.program));
		this.figure.replaceChildren(picture(side.svg));
		this.streams = {};
		for (const dir of ["up", "down"]) this.streams[dir] = { key: JSON.stringify(side.bytes[dir]), length: side.lengths[dir], bytes: decode(side.bytes[dir].data), parts: side.bytes[dir].parts };
		this.places(fatal);
		this.calls.replaceChildren(
			el("caption", { class: "unseen" }, say("Calls, %s", side.program)),
			el("tbody", {}, side.calls.map((c) => el("tr", { class: c.known ? "" : "later" },
				el("th", { scope: "row" }, el("span", { class: "badge" }, c.letter), " ", el("code", {}, c.command)),
				el("td", {}, c.known ? pill(c.verdict) : say("not yet")),
				el("td", {}, c.known ? [c.error || c.text, c.shown && el("code", {}, c.shown)].filter(Boolean).flatMap((t) => [t, " "]) : "")))));
		this.facts.replaceChildren(...side.summary.flatMap((f) => [el("dt", {}, f.label), el("dd", {}, f.text)]));
	}

	// places tells which places are fatal; null where that is not known yet.
	places(fatal) {
		this.fatal = fatal;
		this.element.classList.toggle("waiting", fatal === null);
		const note = fatal?.note ?? "";
		this.note.textContent = note;
		this.note.hidden = note === "";
		this.smallest.hidden = !fatal?.smallest;
		if (fatal?.smallest) {
			this.smallest.textContent = say("Smallest plan that breaks it");
			this.smallest.title = fatal.smallest.plan;
		}
		if (this.drawn) this.showRulers();
	}

	showRulers() {
		for (const [dir, ruler] of Object.entries(this.rulers)) {
			const places = this.fatal?.directions.find((d) => d.dir === dir);
			ruler.show({
				...this.streams[dir], cuts: this.cuts[dir], fatal: places?.fatal ?? null,
				summary: [places?.text, places?.ways].filter(Boolean).join(" "),
			});
		}
	}

	// move shows cuts that no run has been under yet.
	move(cuts) {
		this.cuts = cuts;
		if (this.drawn) this.showRulers();
	}
}
