// A tree of tick boxes of which only the visible rows exist. Rows are numbered tables first, then all partitions
// (selection.py); a tick is a byte in an array of that length, and ranges of ticks travel.

const ROW = 28; // px; Chromium ends an element at 33 million px, so 1.1 million rows fit
const VISIBLE = 11;

function element(tag, className, attributes = {}) {
  const made = document.createElement(tag);
  made.className = className;
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function parse(bytes) {
  const text = bytes && bytes.byteLength ? new TextDecoder().decode(bytes) : "[]";
  const tables = JSON.parse(text);
  const first = new Int32Array(tables.length + 1);
  first[0] = tables.length;
  tables.forEach((table, t) => { first[t + 1] = first[t] + table.length - 1; });
  const owner = new Int32Array(first[tables.length] - tables.length);
  for (let t = 0; t < tables.length; t++) owner.fill(t, first[t] - tables.length, first[t + 1] - tables.length);
  return { tables, first, owner, count: tables.length, total: first[tables.length] };
}

function unpack(ticks, total) {
  const on = new Uint8Array(total);
  for (let at = 0; ticks && at + 8 <= ticks.byteLength; at += 8) on.fill(1, ticks.getUint32(at, true), ticks.getUint32(at + 4, true));
  return on;
}

function pack(on) {
  const pairs = [];
  for (let row = 0; row < on.length; row++) {
    if (on[row] !== (row ? on[row - 1] : 0)) pairs.push(row);
  }
  if (pairs.length % 2) pairs.push(on.length);
  const view = new DataView(new ArrayBuffer(pairs.length * 4));
  pairs.forEach((row, at) => view.setUint32(at * 4, row, true));
  return view;
}

function render({ model, el }) {
  const prefix = "srk" + Math.random().toString(36).slice(2, 8) + "-";
  const root = element("div", "srk-picker");
  const bar = element("div", "srk-bar");
  const query = element("input", "srk-query", { type: "search", placeholder: "Filter by a part of a name", "aria-label": "Filter tables and partitions", spellcheck: "false" });
  const all = element("button", "srk-button", { type: "button" });
  const none = element("button", "srk-button", { type: "button" });
  none.textContent = "Clear ticks";
  const status = element("span", "srk-count", { role: "status" });
  const box = element("div", "srk-box", { role: "tree", tabindex: "0", "aria-multiselectable": "true", "aria-label": "Tables and partitions of the snapshot" });
  const pad = element("div", "srk-pad", { role: "presentation" });
  const empty = element("div", "srk-empty");
  bar.append(query, all, none, status);
  box.append(pad, empty);
  root.append(bar, box);
  el.append(root);

  let data, on, parts, aliases, rows, turn, stamp;
  let open = new Set(), forced = new Set();
  let current = 0, anchor = 0;
  const live = new Map(); // row number -> its element

  const name = (row) => data.tables[table(row)][row < data.count ? 0 : row - data.first[table(row)] + 1];
  const table = (row) => (row < data.count ? row : data.owner[row - data.count]);
  const size = (t) => data.first[t + 1] - data.first[t];
  const isOpen = (t) => open.has(t) || forced.has(t);
  const state = (row) => {
    if (on[table(row)] || on[row]) return "true";
    return row < data.count && parts[row] ? "mixed" : "false";
  };

  function takeNames() {
    data = parse(model.get("names"));
    open = new Set();
    query.value = "";
    box.scrollTop = 0;
    current = anchor = 0;
    pad.replaceChildren();
    live.clear();
  }

  function takeTicks() {
    const shown = model.get("shown");
    turn = shown.turn ?? 0;
    stamp = shown.stamp;
    aliases = { ...shown.aliases };
    on = unpack(shown.ticks, data.total);
    parts = new Int32Array(data.count);
    for (let row = data.count; row < data.total; row++) if (on[row]) parts[table(row)]++;
  }

  function filter() {
    const wanted = query.value.trim().toLowerCase();
    const found = [];
    forced = new Set();
    for (let t = 0; t < data.count; t++) {
      const names = data.tables[t];
      if (!wanted || names[0].toLowerCase().includes(wanted)) {
        found.push(t);
        if (open.has(t)) for (let row = data.first[t]; row < data.first[t + 1]; row++) found.push(row);
      } else {
        // A table whose partitions alone match is shown opened, with those.
        let any = false;
        for (let p = 1; p < names.length; p++) {
          if (!names[p].toLowerCase().includes(wanted)) continue;
          if (!any) { found.push(t); forced.add(t); any = true; }
          found.push(data.first[t] + p - 1);
        }
      }
    }
    rows = found;
    current = Math.min(current, Math.max(0, rows.length - 1));
    anchor = Math.min(anchor, current);
    const height = Math.max(1, Math.min(rows.length, VISIBLE)) * ROW;
    box.style.height = height + 2 + "px";
    pad.style.height = rows.length * ROW + "px";
    empty.textContent = rows.length ? "" : data.count ? "No name holds that." : "";
    paint();
  }

  function set(row, value) {
    const t = table(row);
    if (row < data.count) {
      on[row] = value;
      if (parts[t]) on.fill(0, data.first[t], data.first[t + 1]);
      parts[t] = 0;
    } else if (on[t]) {
      if (value) return;
      on[t] = 0;
      on.fill(1, data.first[t], data.first[t + 1]);
      on[row] = 0;
      parts[t] = size(t) - 1;
    } else if (on[row] !== value) {
      on[row] = value;
      parts[t] += value ? 1 : -1;
      if (parts[t] === size(t)) set(t, 1); // all of its partitions are the table
    }
    if (!on[t] && !parts[t]) delete aliases[t];
  }

  function push() {
    turn += 1;
    model.set("picked", { stamp, turn, ticks: pack(on), aliases: { ...aliases } });
    model.save_changes();
    paint();
  }

  const flip = (row) => { set(row, state(row) === "true" ? 0 : 1); push(); };

  function range(to) {
    const value = state(rows[anchor]) === "true" ? 1 : 0;
    for (let at = Math.min(anchor, to); at <= Math.max(anchor, to); at++) set(rows[at], value);
    push();
  }

  function fold(t, wide) {
    if (wide) open.add(t); else open.delete(t);
    filter();
  }

  function build(row) {
    const line = element("div", row < data.count ? "srk-row" : "srk-row srk-part", { role: "treeitem", id: prefix + row, "aria-level": row < data.count ? 1 : 2 });
    const arrow = element("span", "srk-arrow", { "aria-hidden": "true" });
    const tick = element("span", "srk-tick", { "aria-hidden": "true" });
    const label = element("span", "srk-name");
    label.textContent = label.title = name(row);
    line.append(arrow, tick, label);
    line.dataset.row = row;
    if (row < data.count) {
      line.append(element("span", "srk-note"));
      const alias = element("input", "srk-alias", { type: "text", placeholder: "under another name", "aria-label": `Restore ${name(row)} under another name`, spellcheck: "false" });
      alias.addEventListener("change", () => {
        if (alias.value.trim()) aliases[row] = alias.value.trim(); else delete aliases[row];
        push();
      });
      line.append(alias);
    }
    return line;
  }

  function dress(line, row, at) {
    const checked = state(row);
    line.style.transform = `translateY(${at * ROW}px)`;
    line.dataset.at = at;
    line.setAttribute("aria-checked", checked);
    line.setAttribute("aria-posinset", at + 1);
    line.setAttribute("aria-setsize", rows.length);
    line.classList.toggle("srk-current", at === current);
    if (row >= data.count) return;
    const count = size(row);
    if (count) line.setAttribute("aria-expanded", isOpen(row));
    line.querySelector(".srk-arrow").textContent = count ? (isOpen(row) ? "▾" : "▸") : "";
    const noun = count === 1 ? "partition" : "partitions";
    line.querySelector(".srk-note").textContent = checked === "mixed" ? `${parts[row]} of ${count} ${noun}` : count ? `${count} ${noun}` : "no partitions";
    const alias = line.querySelector(".srk-alias");
    alias.hidden = checked === "false";
    if (alias !== document.activeElement) alias.value = aliases[row] ?? "";
  }

  function paint() {
    const from = Math.max(0, Math.floor(box.scrollTop / ROW) - 4);
    const to = Math.min(rows.length, from + VISIBLE + 9);
    const keep = new Set(rows.slice(from, to));
    for (const [row, line] of live) if (!keep.has(row)) { line.remove(); live.delete(row); }
    for (let at = from; at < to; at++) {
      const row = rows[at];
      if (!live.has(row)) { live.set(row, build(row)); pad.append(live.get(row)); }
      dress(live.get(row), row, at);
    }
    box.setAttribute("aria-activedescendant", live.has(rows[current]) ? prefix + rows[current] : "");
    let ticked = 0;
    for (let t = 0; t < data.count; t++) if (on[t] || parts[t]) ticked++;
    const number = (n) => n.toLocaleString("en");
    const unused = model.get("unused");
    status.textContent = unused ? "ticks are not used" : `${number(ticked)} of ${number(data.count)} ticked`;
    root.classList.toggle("srk-unused", unused);
    all.textContent = query.value.trim() ? `Tick ${number(rows.length)} shown` : "Tick all";
    all.disabled = !rows.length;
    none.disabled = !ticked;
  }

  function move(to) {
    current = Math.max(0, Math.min(rows.length - 1, to));
    if (current * ROW < box.scrollTop) box.scrollTop = current * ROW;
    if ((current + 1) * ROW > box.scrollTop + box.clientHeight) box.scrollTop = (current + 1) * ROW - box.clientHeight;
    paint();
  }

  const keys = {
    ArrowDown: () => move(current + 1),
    ArrowUp: () => move(current - 1),
    PageDown: () => move(current + VISIBLE - 1),
    PageUp: () => move(current - VISIBLE + 1),
    Home: () => move(0),
    End: () => move(rows.length - 1),
    " ": (row, event) => { if (event.shiftKey) range(current); else { anchor = current; flip(row); } },
    ArrowRight: (row) => {
      if (row >= data.count || !size(row)) return;
      if (isOpen(row)) move(current + 1); else fold(row, true);
    },
    ArrowLeft: (row) => {
      if (open.has(row)) fold(row, false); else move(rows.indexOf(table(row)));
    },
    Enter: (row) => { const alias = live.get(table(row))?.querySelector(".srk-alias"); if (alias && !alias.hidden) alias.focus(); },
  };

  box.addEventListener("keydown", (event) => {
    event.stopPropagation(); // else a notebook takes the key for a command
    if (event.target.tagName === "INPUT") {
      if (event.key === "Enter" || event.key === "Escape") { event.target.blur(); box.focus(); }
      return;
    }
    if (!keys[event.key] || !rows.length || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    keys[event.key](rows[current], event);
  });
  box.addEventListener("mousedown", (event) => { if (event.shiftKey) event.preventDefault(); }); // no text selection
  pad.addEventListener("click", (event) => {
    const line = event.target.closest(".srk-row");
    if (!line || event.target.tagName === "INPUT") return;
    const row = +line.dataset.row;
    const at = +line.dataset.at;
    current = at;
    if (event.target.className === "srk-arrow" && row < data.count && size(row)) return fold(row, !open.has(row));
    if (event.shiftKey) return range(at);
    anchor = at;
    flip(row);
  });
  box.addEventListener("scroll", () => requestAnimationFrame(paint));
  let wait;
  query.addEventListener("input", () => { clearTimeout(wait); wait = setTimeout(() => { box.scrollTop = 0; current = anchor = 0; filter(); }, 60); });
  query.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "ArrowDown") { event.preventDefault(); box.focus(); }
  });
  all.addEventListener("click", () => {
    // Partitions count only where the table itself does not match the filter.
    for (const row of rows) if (row < data.count ? !forced.has(row) : forced.has(table(row))) set(row, 1);
    push();
  });
  none.addEventListener("click", () => { on.fill(0); parts.fill(0); aliases = {}; push(); });

  const onNames = () => { takeNames(); takeTicks(); filter(); };
  // An answer to an older change than the page's last would undo what was clicked meanwhile.
  const onShown = () => {
    const shown = model.get("shown");
    if (shown.stamp === stamp && shown.turn >= turn) { takeTicks(); paint(); }
  };
  const heard = { "change:names": onNames, "change:shown": onShown, "change:unused": paint };
  for (const [event, hear] of Object.entries(heard)) model.on(event, hear);
  onNames();
  return () => { for (const [event, hear] of Object.entries(heard)) model.off(event, hear); };
}

export default { render };
