// The byte ruler of one direction: its bytes, the plan's cuts as handles between
// them, and which places are fatal. All of it works by mouse, by touch and by
// keyboard.

import { el, width } from "./dom.js";
import { count, say } from "./words.js";

const cellMin = 22; // pixels that a byte's glyph needs
const cellMax = 40;
const lensCell = 36;
const off = 70; // pixels away from the ruler where a cut is let go

// glyph is a byte as the pictures draw it.
function glyph(byte) {
	const signs = { 9: "\\t", 10: "\\n", 13: "\\r", 32: "␣" };
	if (signs[byte]) return signs[byte];
	return byte > 32 && byte < 127 ? String.fromCharCode(byte) : byte.toString(16).padStart(2, "0");
}

// tick returns the step of a scale whose labels stand at least so many bytes apart.
function tick(bytes) {
	const power = 10 ** Math.floor(Math.log10(Math.max(bytes, 1)));
	return [1, 2, 5, 10].map((n) => n * power).find((n) => n >= bytes);
}

const svgElement = (tag, attributes) => {
	const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
	for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
	return made;
};

export class Ruler {
	// edit is told the new cuts of a direction, and the gesture that they are part of:
	// all that a drag or a key that is pressed again and again changes is one choice.
	constructor(dir, edit) {
		this.dir = dir;
		this.edit = edit;
		this.cuts = [];
		this.bytes = new Uint8Array();
		this.length = 0;
		this.fatal = null; // offsets, or null where nobody knows
		this.selected = null; // the handle that lens and buttons are for
		this.handles = [];

		this.title = el("h4");
		this.note = el("p", { class: "note" });
		this.add = el("button", { type: "button", click: () => this.addSomewhere() });
		this.drop = el("button", { type: "button", click: () => this.remove(this.selected) });
		this.cells = el("div", { class: "cells", "aria-hidden": "true" });
		this.marks = svgElement("svg", { class: "marks", "aria-hidden": "true" });
		this.scale = el("div", { class: "scale", "aria-hidden": "true" });
		this.track = el("div", { class: "track", click: (e) => this.click(e) }, this.cells, this.marks, this.scale);
		this.lens = el("div", { class: "lens" });
		this.element = el("section", { class: "ruler" },
			el("div", { class: "ruler-head" }, this.title, this.add, this.drop), this.track, this.lens, this.note);
		this.room = width(this.element, () => this.length > 0 && this.redraw());
	}

	// show draws the ruler of a stream; key tells one from another. What has not changed
	// is left as it is, so that a handle under a finger stays under it.
	show({ key, bytes, parts, length, cuts, fatal, summary }) {
		this.cuts = cuts;
		const drawn = [length, fatal?.join() ?? "not known", key].join("|");
		this.bytes = bytes;
		this.parts = parts;
		this.length = length;
		this.fatal = fatal ? new Set(fatal) : null;
		this.summary = summary;
		this.element.hidden = length === 0;
		this.say();
		if (drawn !== this.drawn) {
			this.drawn = drawn;
			this.draw();
		}
		this.place();
	}

	redraw() {
		this.draw();
		this.place();
	}

	say() {
		const name = this.dir === "up" ? say("client → server") : say("server → client");
		this.title.textContent = say("%s: %s bytes", name, count(this.length));
		this.element.setAttribute("aria-label", say("Cuts, %s", name));
		this.track.title = say("Drag a cut, or click between two bytes for a new one");
		this.add.textContent = say("Add a cut");
		this.drop.textContent = say("Remove the cut");
		const past = this.cuts.filter((c) => c >= this.length).length;
		this.note.textContent = [this.summary, past > 0 ? say("Cuts past the end of this stream: %s.", count(past)) : ""].filter(Boolean).join(" ");
	}

	// look is the class of a byte: its message's hue, as in the pictures, and whether
	// it is a header's.
	look(offset) {
		const part = this.parts.find((p) => offset < p.to);
		return part?.message ? `${part.header ? "header" : "payload"} hue${((part.message - 1) % 6) + 1}` : "";
	}

	get width() {
		const room = this.room();
		return this.glyphs ? Math.min(room, this.length * cellMax) : room;
	}

	x(offset) {
		return (offset / this.length) * this.width;
	}

	draw() {
		const room = this.room();
		this.glyphs = this.length * cellMin <= room && this.bytes.length >= this.length;
		this.element.classList.toggle("scaled", !this.glyphs);
		const width = this.width;
		this.track.style.width = `${width}px`;
		this.cells.replaceChildren();
		if (this.glyphs) {
			for (let i = 0; i < this.length; i++) this.cells.append(el("span", { class: this.look(i) }, glyph(this.bytes[i])));
		} else {
			for (const part of this.parts) {
				const block = el("span", { class: this.look(part.from) });
				block.style.left = `${this.x(part.from)}px`;
				block.style.width = `${this.x(part.to - part.from)}px`;
				this.cells.append(block);
			}
		}
		this.drawMarks(width);

		const step = tick((this.glyphs ? 40 : 90) * this.length / width);
		this.scale.replaceChildren();
		for (let k = 0; k <= this.length; k += step) {
			const label = el("span", {}, count(k));
			label.style.left = `${this.x(k)}px`;
			if (k === 0) label.classList.add("start");
			if (this.x(k) > width - 28) label.classList.add("end");
			this.scale.append(label);
		}
	}

	// drawMarks draws a cross at each fatal place, and a dot at each harmless one;
	// where places stand too close for that, a tall bar over each fatal stretch.
	drawMarks(width) {
		this.marks.replaceChildren();
		this.marks.setAttribute("width", width);
		this.marks.setAttribute("height", 16);
		if (!this.fatal) return;
		let crosses = "", dots = "", bars = "";
		if (this.glyphs) {
			for (let k = 1; k < this.length; k++) {
				const x = this.x(k);
				if (this.fatal.has(k)) crosses += `M${x - 5} 3l10 10M${x - 5} 13l10 -10`;
				else dots += `M${x - 2} 8h4`;
			}
		} else {
			dots = `M0 14H${width}`;
			for (let k = 1; k < this.length; k++) {
				if (!this.fatal.has(k) || this.fatal.has(k - 1)) continue;
				let end = k;
				while (this.fatal.has(end + 1)) end++;
				const from = this.x(k - 0.5), to = Math.max(this.x(end + 0.5), from + 2);
				bars += `M${from} 2H${to}V14H${from}Z`;
			}
		}
		if (dots) this.marks.append(svgElement("path", { class: "harmless", d: dots }));
		if (crosses) this.marks.append(svgElement("path", { class: "fatal", d: crosses }));
		if (bars) this.marks.append(svgElement("path", { class: "fatal bars", d: bars }));
	}

	// place makes as many handles as there are cuts. The one that is held stays the
	// element it is, wherever it goes.
	place() {
		const shown = this.cuts.filter((c) => c < this.length);
		const held = this.held?.handle ?? (this.handles.includes(document.activeElement) ? document.activeElement : null);
		const wanted = held && shown.includes(held.offset) ? held : null;
		const spare = this.handles.filter((h) => h !== wanted && h !== this.held?.handle);
		const next = shown.map((offset) => {
			if (wanted && offset === wanted.offset) return wanted;
			const handle = spare.shift() ?? this.handle();
			handle.offset = offset;
			return handle;
		});
		for (const handle of spare) handle.remove();
		// A focused element that is moved loses the focus: the others move.
		const there = [...this.track.children].filter((e) => e.role === "slider");
		if (next.some((handle, i) => handle !== there[i])) {
			let before = true;
			for (const handle of next) {
				if (handle === wanted) before = false;
				else if (before && wanted) wanted.before(handle);
				else this.track.append(handle);
			}
		}
		for (const handle of next) this.describe(handle);
		this.handles = this.held && !next.includes(this.held.handle) ? [...next, this.held.handle] : next;
		if (!this.handles.includes(this.selected)) this.selected = this.handles[0] ?? null;
		for (const handle of this.handles) handle.classList.toggle("selected", handle === this.selected && this.handles.length > 1);
		this.drop.disabled = !this.selected;
		this.add.disabled = this.length < 2 || shown.length >= this.length - 1;
		this.drawLens();
	}

	describe(handle) {
		const offset = handle.offset;
		handle.style.left = `${this.x(offset)}px`;
		handle.firstChild.textContent = count(offset);
		handle.setAttribute("aria-valuemin", 1);
		handle.setAttribute("aria-valuemax", this.length - 1);
		handle.setAttribute("aria-valuenow", offset);
		handle.setAttribute("aria-label", this.dir === "up" ? say("Cut, client → server") : say("Cut, server → client"));
		let value = say("behind byte %s of %s", count(offset), count(this.length));
		if (offset < this.bytes.length) value = say("%s, between %s and %s", value, glyph(this.bytes[offset - 1]), glyph(this.bytes[offset]));
		if (this.fatal) value = this.fatal.has(offset) ? say("%s: fatal", value) : say("%s: harmless", value);
		handle.setAttribute("aria-valuetext", value);
	}

	// drawLens shows the bytes around the selected cut, where a byte on the ruler is
	// too narrow to be read or to be hit.
	drawLens() {
		this.lens.hidden = this.glyphs || !this.selected;
		if (this.lens.hidden) return;
		const at = this.selected.offset;
		const side = Math.max(2, Math.min(12, Math.floor((this.room() - 120) / lensCell / 2)));
		const line = el("div", { class: "lens-cells" });
		for (let i = at - side; i < at + side; i++) {
			const known = i >= 0 && i < Math.min(this.length, this.bytes.length);
			const cell = el("span", { class: known ? this.look(i) : "" }, known ? glyph(this.bytes[i]) : i >= 0 && i < this.length ? "?" : "");
			if (this.fatal?.has(i)) cell.classList.add("fatal");
			if (this.cuts.includes(i)) cell.classList.add("cut");
			line.append(cell);
		}
		if (!this.less) {
			this.less = el("button", { type: "button", click: () => this.move(this.selected, this.selected.offset - 1, -1) }, "◀");
			this.more = el("button", { type: "button", click: () => this.move(this.selected, this.selected.offset + 1, 1) }, "▶");
		}
		this.less.setAttribute("aria-label", say("One byte back"));
		this.more.setAttribute("aria-label", say("One byte on"));
		if (this.less.parentElement !== this.lens) this.lens.append(this.less, line, this.more);
		this.lens.children[1].replaceWith(line);
		line.setAttribute("aria-hidden", "true");
	}

	handle() {
		const handle = el("div", {
			class: "handle", role: "slider", tabindex: "0", "aria-orientation": "horizontal",
			keydown: (e) => this.key(e, handle),
			focus: () => this.select(handle),
			click: (e) => e.stopPropagation(),
			pointerdown: (e) => this.take(e, handle),
			pointermove: (e) => this.drag(e),
			pointerup: (e) => this.release(e),
			pointercancel: (e) => this.release(e),
		}, el("span", { class: "grip" }));
		return handle;
	}

	select(handle) {
		this.selected = handle;
		for (const h of this.handles) h.classList.toggle("selected", h === handle && this.handles.length > 1);
		this.drop.disabled = false;
		this.drawLens();
	}

	clamp(offset) {
		return Math.max(1, Math.min(this.length - 1, offset));
	}

	at(event) {
		const box = this.track.getBoundingClientRect();
		return this.clamp(Math.round(((event.clientX - box.left) / box.width) * this.length));
	}

	take(event, handle) {
		if (event.button > 0 || this.held) return;
		event.preventDefault();
		handle.focus({ preventScroll: true });
		handle.setPointerCapture(event.pointerId);
		this.held = { handle, pointer: event.pointerId, others: this.cuts.filter((c) => c !== handle.offset) };
		handle.classList.add("held");
		this.element.classList.add("dragging");
	}

	drag(event) {
		const held = this.held;
		if (!held || event.pointerId !== held.pointer) return;
		const box = this.track.getBoundingClientRect();
		held.away = event.clientY < box.top - off || event.clientY > box.bottom + off;
		held.handle.classList.toggle("away", held.away);
		const offset = this.at(event);
		if (offset === held.handle.offset) return;
		held.handle.offset = offset;
		this.describe(held.handle);
		this.drawLens();
		this.change([...held.others, offset], held);
	}

	release(event) {
		const held = this.held;
		if (!held || event.pointerId !== held.pointer) return;
		this.held = null;
		held.handle.classList.remove("held", "away");
		this.element.classList.remove("dragging");
		if (held.away) this.change(held.others, held);
		else this.place();
	}

	change(cuts, gesture) {
		this.edit(this.dir, [...new Set(cuts)].sort((a, b) => a - b), gesture);
	}

	click(event) {
		if (this.length < 2) return;
		this.insert(this.at(event));
	}

	insert(offset) {
		if (!this.cuts.includes(offset)) this.change([...this.cuts, offset], {});
		this.handles.find((h) => h.offset === offset)?.focus({ preventScroll: true });
	}

	// addSomewhere cuts the middle of the longest uncut part.
	addSomewhere() {
		const ends = [0, ...this.cuts.filter((c) => c < this.length), this.length];
		let best = 0;
		for (let i = 1; i < ends.length - 1; i++) if (ends[i + 1] - ends[i] > ends[best + 1] - ends[best]) best = i;
		this.insert(this.clamp(Math.floor((ends[best] + ends[best + 1]) / 2)));
	}

	remove(handle) {
		if (!handle) return;
		const i = this.handles.indexOf(handle);
		this.change(this.cuts.filter((c) => c !== handle.offset), {});
		(this.handles[Math.min(i, this.handles.length - 1)] ?? this.add).focus({ preventScroll: true });
	}

	// move brings a cut to a place. One that is taken already is passed over.
	move(handle, offset, way) {
		const others = this.cuts.filter((c) => c !== handle.offset);
		while (others.includes(offset)) offset += way;
		if (offset < 1 || offset > this.length - 1) return;
		handle.offset = offset;
		this.describe(handle);
		this.change([...others, offset], handle);
	}

	key(event, handle) {
		if (event.altKey || event.ctrlKey || event.metaKey) return;
		const far = event.shiftKey ? 10 : 1;
		const ways = {
			ArrowLeft: -far, ArrowDown: -far, ArrowRight: far, ArrowUp: far,
			PageDown: -10, PageUp: 10, Home: -this.length, End: this.length,
		};
		if (event.key in ways) {
			const way = ways[event.key];
			this.move(handle, this.clamp(handle.offset + way), Math.sign(way));
		} else if (event.key === "Delete" || event.key === "Backspace") {
			this.remove(handle);
		} else return;
		event.preventDefault();
		event.stopPropagation();
	}
}
