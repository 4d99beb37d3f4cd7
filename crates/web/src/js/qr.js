// Draws codes without a server: QR (ISO/IEC 18004, alphanumeric mode, level M, versions 1 to 12) and Code 128 (set C).
// Written for browsers from Chrome 80 on. Leaves what a code says to own-code.js.
(() => {
  "use strict";
  const yima = window.yima = window.yima || {};
  const ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const QUIET = 4, MARK_MAX = 5;
  // Level M by version: check words of a block, then [blocks, data words] of each group (ISO/IEC 18004, table 9).
  const BLOCKS = [null, [10, [1, 16]], [16, [1, 28]], [26, [1, 44]], [18, [2, 32]], [24, [2, 43]], [16, [4, 27]],
    [18, [4, 31]], [22, [2, 38], [2, 39]], [22, [3, 36], [2, 37]], [26, [4, 43], [1, 44]], [30, [1, 50], [4, 51]],
    [22, [6, 36], [2, 37]]];
  // Where alignment patterns stand, by version (annex E).
  const ALIGNED = [null, [], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46],
    [6, 28, 50], [6, 30, 54], [6, 32, 58]];

  // The field of 256 elements, polynomial 0x11D.
  const POWER = new Uint8Array(510), LOG = new Uint8Array(256);
  for (let exponent = 0, value = 1; exponent < 255; exponent++) {
    POWER[exponent] = POWER[exponent + 255] = value;
    LOG[value] = exponent;
    value = value << 1 ^ (value > 127 ? 0x11D : 0);
  }
  const times = (a, b) => a && b ? POWER[LOG[a] + LOG[b]] : 0;

  function checkWords(data, count) {
    let generator = [1];
    for (let root = 0; root < count; root++) {
      const next = generator.concat(0);
      generator.forEach((factor, at) => { next[at + 1] ^= times(factor, POWER[root]); });
      generator = next;
    }
    const rest = Array.from(data).concat(new Array(count).fill(0));
    for (let at = 0; at < data.length; at++) {
      const lead = rest[at];
      if (lead) generator.forEach((factor, by) => { rest[at + by] ^= times(factor, lead); });
    }
    return rest.slice(data.length);
  }

  const dataWords = (version) => BLOCKS[version].slice(1).reduce((sum, [blocks, words]) => sum + blocks * words, 0);

  function fits(text) {
    for (let version = 1; version < BLOCKS.length; version++) {
      const bits = 4 + (version < 10 ? 9 : 11) + 11 * (text.length >> 1) + 6 * (text.length & 1);
      if (bits <= 8 * dataWords(version)) return version;
    }
    throw new RangeError("the text is too long for a code");
  }

  function dataOf(text, version) {
    const bits = [];
    const put = (value, width) => { for (let at = width - 1; at >= 0; at--) bits.push(value >> at & 1); };
    const value = (at) => {
      const found = ALPHABET.indexOf(text[at]);
      if (found < 0) throw new RangeError("the text has a letter that codes do not have");
      return found;
    };
    put(2, 4);
    put(text.length, version < 10 ? 9 : 11);
    for (let at = 0; at < text.length; at += 2) {
      if (at + 1 < text.length) put(value(at) * 45 + value(at + 1), 11); else put(value(at), 6);
    }
    const room = 8 * dataWords(version);
    put(0, Math.min(4, room - bits.length));
    while (bits.length % 8) bits.push(0);
    const words = [];
    for (let at = 0; at < bits.length; at += 8) words.push(parseInt(bits.slice(at, at + 8).join(""), 2));
    for (let pad = 0xEC; words.length < room / 8; pad ^= 0xEC ^ 0x11) words.push(pad);
    return words;
  }

  function interleaved(words, version) {
    const [checks, ...groups] = BLOCKS[version];
    const blocks = [];
    let from = 0;
    for (const [count, size] of groups) for (let block = 0; block < count; block++) {
      const data = words.slice(from, from += size);
      blocks.push({ data, check: checkWords(data, checks) });
    }
    const all = [];
    const longest = Math.max(...blocks.map((block) => block.data.length));
    for (let at = 0; at < longest; at++) for (const { data } of blocks) if (at < data.length) all.push(data[at]);
    for (let at = 0; at < checks; at++) for (const { check } of blocks) all.push(check[at]);
    return all;
  }

  // A remainder of the codes that protect format and version information (annexes C and D).
  function guarded(value, width, generator) {
    let rest = value << width;
    for (let bit = 31 - Math.clz32(rest); bit >= width; bit = 31 - Math.clz32(rest || 1)) {
      rest ^= generator << bit - width;
      if (!rest) break;
    }
    return value << width | rest;
  }

  class Field {
    constructor(version) {
      this.version = version;
      this.side = 17 + 4 * version;
      this.dark = Array.from({ length: this.side }, () => new Uint8Array(this.side));
      this.taken = Array.from({ length: this.side }, () => new Uint8Array(this.side));
      this.patterns();
    }

    set(x, y, dark) {
      if (x < 0 || y < 0 || x >= this.side || y >= this.side) return;
      this.dark[y][x] = dark ? 1 : 0;
      this.taken[y][x] = 1;
    }

    rings(x, y, reach, light) {
      for (let down = -reach; down <= reach; down++) for (let right = -reach; right <= reach; right++) {
        this.set(x + right, y + down, !light.includes(Math.max(Math.abs(right), Math.abs(down))));
      }
    }

    patterns() {
      const end = this.side - 1;
      for (let at = 0; at < this.side; at++) { this.set(at, 6, at % 2 === 0); this.set(6, at, at % 2 === 0); }
      for (const [x, y] of [[3, 3], [end - 3, 3], [3, end - 3]]) this.rings(x, y, 4, [2, 4]);
      const places = ALIGNED[this.version], last = places.length - 1;
      places.forEach((x, i) => places.forEach((y, j) => {
        const corner = i === 0 && j === 0 || i === 0 && j === last || i === last && j === 0;
        if (!corner) this.rings(x, y, 2, [1]);
      }));
      this.format(0);
      if (this.version >= 7) {
        const bits = guarded(this.version, 12, 0x1F25);
        for (let at = 0; at < 18; at++) {
          const long = end - 10 + at % 3, short = Math.floor(at / 3);
          this.set(long, short, bits >> at & 1);
          this.set(short, long, bits >> at & 1);
        }
      }
    }

    format(mask) {
      const bits = guarded(mask, 10, 0x537) ^ 0x5412; // Level M is 00.
      const end = this.side - 1;
      for (let at = 0; at < 15; at++) {
        const dark = bits >> at & 1;
        const around = at < 6 ? at : at < 8 ? at + 1 : null;
        if (around !== null) this.set(8, around, dark); else this.set(at === 8 ? 7 : 14 - at, 8, dark);
        if (at < 8) this.set(end - at, 8, dark); else this.set(8, end - 14 + at, dark);
      }
      this.set(8, end - 7, 1);
    }

    fill(words) {
      let at = 0, up = true;
      for (let right = this.side - 1; right > 0; right -= 2) {
        if (right === 6) right = 5;
        for (let step = 0; step < this.side; step++) {
          const y = up ? this.side - 1 - step : step;
          for (const x of [right, right - 1]) {
            if (this.taken[y][x]) continue;
            this.dark[y][x] = at < words.length * 8 ? words[at >> 3] >> 7 - at % 8 & 1 : 0;
            at += 1;
          }
        }
        up = !up;
      }
    }

    masked(mask) {
      const flips = [(x, y) => (x + y) % 2, (x, y) => y % 2, (x) => x % 3, (x, y) => (x + y) % 3,
        (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2, (x, y) => x * y % 2 + x * y % 3,
        (x, y) => (x * y % 2 + x * y % 3) % 2, (x, y) => ((x + y) % 2 + x * y % 3) % 2][mask];
      const other = Object.create(Field.prototype);
      other.version = this.version;
      other.side = this.side;
      other.taken = this.taken;
      other.dark = this.dark.map((row, y) => row.map((dark, x) => this.taken[y][x] ? dark : dark ^ (flips(x, y) === 0 ? 1 : 0)));
      other.format(mask);
      return other;
    }

    // How hard it is to read (7.8.3): runs, squares, what looks like a finder, and too much of one colour.
    penalty() {
      let sum = 0, count = 0;
      const lines = [...this.dark, ...this.dark.map((_, x) => this.dark.map((row) => row[x]))];
      for (const line of lines) {
        const text = Array.from(line).join("");
        for (const run of text.match(/0+|1+/g)) if (run.length >= 5) sum += run.length - 2;
        for (let at = 0; at + 11 <= text.length; at++) {
          const part = text.slice(at, at + 11);
          if (part === "10111010000" || part === "00001011101") sum += 40;
        }
      }
      for (let y = 0; y < this.side; y++) for (let x = 0; x < this.side; x++) {
        count += this.dark[y][x];
        if (x && y) {
          const same = this.dark[y][x] + this.dark[y][x - 1] + this.dark[y - 1][x] + this.dark[y - 1][x - 1];
          if (same === 0 || same === 4) sum += 3;
        }
      }
      return sum + 10 * Math.floor(Math.abs(count * 20 / (this.side * this.side) - 10));
    }
  }

  // Rows of 0 and 1, dark is 1.
  yima.qrModules = (text) => {
    const version = fits(text);
    const field = new Field(version);
    field.fill(interleaved(dataOf(text, version), version));
    const drawn = [0, 1, 2, 3, 4, 5, 6, 7].map((mask) => field.masked(mask));
    return drawn.reduce((best, one) => one.penalty() < best.penalty() ? one : best).dark;
  };

  const SVG = "http://www.w3.org/2000/svg";
  function svg(name, attributes, children) {
    const made = document.createElementNS(SVG, name);
    for (const key in attributes) made.setAttribute(key, attributes[key]);
    (children || []).forEach((child) => made.appendChild(child));
    return made;
  }

  yima.drawQr = (text, label) => {
    const rows = yima.qrModules(text);
    const side = rows.length + 2 * QUIET;
    let path = "";
    rows.forEach((row, y) => {
      for (let x = 0; x < row.length;) {
        let to = x;
        while (to < row.length && row[to] === row[x]) to += 1;
        if (row[x]) path += "M" + (x + QUIET) + " " + (y + QUIET) + "h" + (to - x) + "v1h-" + (to - x) + "z";
        x = to;
      }
    });
    const most = Math.floor(rows.length * 19 / 100), mark = most - (most % 2 === 0 ? 1 : 0), start = (side - mark) / 2;
    // In a large code the mark would be as large as a finder, and readers take it for one.
    const small = mark <= MARK_MAX;
    return svg("svg", { class: "qrcode", viewBox: "0 0 " + side + " " + side, role: "img", "aria-label": label }, [
      svg("rect", { width: side, height: side, fill: "#fff" }),
      svg("path", { "shape-rendering": "crispEdges", fill: "#06352e", d: path }),
    ].concat(!small ? [] : svg("svg", { x: start, y: start, width: mark, height: mark, viewBox: "-3 -3 34 34" }, [
      svg("rect", { x: -3, y: -3, width: 34, height: 34, fill: "#fff" }),
      svg("rect", { x: 1.5, y: 1.5, width: 25, height: 25, rx: 7, fill: "none", stroke: "#0b6f5f", "stroke-width": 3 }),
      svg("path", { d: "M8 10.5A2.5 2.5 0 0 1 10.5 8H14v12h-3.5A2.5 2.5 0 0 1 8 17.5z", fill: "#0b6f5f" }),
      svg("path", { d: "M14 8h3.5A2.5 2.5 0 0 1 20 10.5v7a2.5 2.5 0 0 1-2.5 2.5H14z", fill: "#2b4fb0" }),
    ])));
  };

  // Widths of bars and gaps for the values 0 to 105 of Code 128 (ISO/IEC 15417, table 1), and the stop.
  const BARS = ("212222222122222221121223121322131222122213122312132212221213221312231212112232122132122231113222123122" +
    "123221223211221132221231213212223112312131311222321122321221312212322112322211212123212321232121111323131123131321" +
    "112313132113132311211313231113231311112133112331132131113123113321133121313121211331231131213113213311213131311123" +
    "311321331121312113312311332111314111221411431111111224111422121124121421141122141221112214112412122114122411142112" +
    "142211241211221114413111241112134111111242121142121241114212124112124211411212421112421211212141214121412121111143" +
    "111341131141114113114311411113411311113141114131311141411131").match(/.{6}/g);
  const START_C = 105, CODES = BARS.concat("211412", "211214", "211232");

  // Digits in pairs as a bar code with its quiet zones.
  yima.drawBars = (digits, label) => {
    const values = digits.match(/../g).map(Number);
    const check = values.reduce((sum, value, at) => sum + value * (at + 1), START_C) % 103;
    const widths = [START_C].concat(values, check).map((value) => CODES[value]).join("") + "2331112";
    let x = 10, path = "";
    Array.from(widths).forEach((width, at) => {
      if (at % 2 === 0) path += "M" + x + " 0h" + width + "v50h-" + width + "z";
      x += Number(width);
    });
    return svg("svg", { class: "bars", viewBox: "0 0 " + (x + 10) + " 50", preserveAspectRatio: "none", role: "img", "aria-label": label }, [
      svg("rect", { width: x + 10, height: 50, fill: "#fff" }),
      svg("path", { "shape-rendering": "crispEdges", fill: "#06352e", d: path }),
    ]);
  };
})();
