// One cursor in time for both sides. Its position is how many of the moments of
// both runs, in their order, have come.

import { byId, text } from "./dom.js";
import { count, say } from "./words.js";

// where keys belong to what has the focus, and not to the cursor
const ownKeys = "input:not([type=range]), textarea, select, [role=slider], [role=tab], summary, #panel, #panel *";

export class Cursor {
	// go is told a moment, or null for the whole run.
	constructor(go) {
		this.go = go;
		this.moments = [];
		this.at = 0;
		this.slider = byId("moment");
		this.slider.addEventListener("input", () => this.to(Number(this.slider.value)));
		byId("first").addEventListener("click", () => this.to(0));
		byId("back").addEventListener("click", () => this.to(this.at - 1));
		byId("next").addEventListener("click", () => this.to(this.at + 1));
		byId("last").addEventListener("click", () => this.to(this.moments.length));
		document.addEventListener("keydown", (e) => this.key(e));
	}

	// show takes the moments of an answer, how many of them its pictures show, and
	// where keys and buttons have come meanwhile.
	show(moments, at, now) {
		this.moments = moments;
		this.at = Math.min(now, moments.length);
		this.slider.max = moments.length;
		this.slider.value = this.at;
		const moment = moments[at - 1];
		const where = say("Moment %s of %s", count(at), count(moments.length));
		this.slider.setAttribute("aria-valuetext", where);
		const said = at === 0 ? say("Before the first moment") : `${moment.side}, ${moment.label}: ${moment.text}`;
		text(byId("where"), where);
		text(byId("step"), said);
		byId("first").disabled = byId("back").disabled = this.at <= 0;
		byId("next").disabled = byId("last").disabled = this.at >= moments.length;
	}

	to(at) {
		at = Math.max(0, Math.min(this.moments.length, at));
		if (at === this.at) return;
		this.at = at;
		this.go(at === this.moments.length ? null : at);
	}

	key(event) {
		if (event.altKey || event.ctrlKey || event.metaKey || event.defaultPrevented) return;
		const target = event.target;
		if (target.closest(ownKeys)) return;
		if (event.key === " " && target.closest("button, a, [tabindex='0']:not(body)")) return;
		const last = this.moments.length;
		const ways = {
			ArrowLeft: this.at - 1, ArrowRight: this.at + 1, PageUp: this.at - 1, PageDown: this.at + 1,
			" ": event.shiftKey ? this.at - 1 : this.at + 1, Home: 0, End: last,
		};
		if (target === this.slider) Object.assign(ways, { ArrowDown: this.at - 1, ArrowUp: this.at + 1 });
		if (!(event.key in ways)) return;
		event.preventDefault();
		this.to(ways[event.key]);
	}
}
