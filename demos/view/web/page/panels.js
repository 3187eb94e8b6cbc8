// What stands below the picture, one tab each. A panel is made when it is shown.

import { belief } from "./belief.js";
import { cost } from "./cost.js";
import { difference } from "./difference.js";
import { byId, el } from "./dom.js";
import { lesson } from "./lesson.js";
import { link } from "./link.js";
import { say } from "./words.js";

// Each is given the page, and returns what to show, or nothing to leave what is
// there, and what that depends on.
const all = {
	diff: { title: () => say("Difference"), make: difference, of: ({ state }) => [state.stage] },
	lesson: { title: () => say("Lesson"), make: lesson, of: ({ state }) => [state.stage, state.lesson] },
	link: { title: () => say("Link"), make: link, of: ({ answer }) => [answer.plan] },
	belief: { title: () => say("Beliefs"), make: belief, of: ({ state }) => [state.belief] },
	cost: { title: () => say("Costs"), make: cost, of: ({ answer }) => [answer.plan] },
};

export class Panels {
	names = Object.keys(all);

	constructor(page) {
		this.page = page;
		this.tabs = this.names.map((name) => el("button", {
			type: "button", role: "tab", id: `tab-${name}`, "aria-controls": "panel",
			click: () => page.choose({ tab: name }),
			keydown: (e) => this.key(e, name),
		}));
		byId("tabs").append(...this.tabs);
	}

	get chosen() {
		return this.page.state.tab ?? this.names[0];
	}

	// show draws the chosen panel, where anything that it depends on has changed.
	async show() {
		const { lang, theme } = this.page.state;
		for (const [i, name] of this.names.entries()) {
			this.tabs[i].textContent = all[name].title();
			this.tabs[i].setAttribute("aria-selected", name === this.chosen);
			this.tabs[i].tabIndex = name === this.chosen ? 0 : -1;
		}
		const panel = byId("panel");
		panel.setAttribute("aria-labelledby", `tab-${this.chosen}`);
		const { make, of } = all[this.chosen];
		const shown = JSON.stringify([this.chosen, lang, theme, ...of(this.page)]);
		if (shown === this.shown) return;
		this.shown = shown;
		let made;
		try {
			made = await make(this.page, Math.round(panel.clientWidth));
		} catch (e) {
			made = [el("p", { class: "error" }, e.message)];
		}
		if (shown !== this.shown) return; // something else has been chosen meanwhile
		panel.dataset.shows = this.chosen;
		panel.replaceChildren(...made);
	}

	key(event, name) {
		const i = this.names.indexOf(name), n = this.names.length;
		const ways = { ArrowLeft: i - 1, ArrowRight: i + 1, Home: 0, End: n - 1 };
		if (!(event.key in ways)) return;
		event.preventDefault();
		const tab = this.tabs[(ways[event.key] + n) % n];
		tab.focus();
		tab.click();
	}
}
