// Random choices that a seed repeats (mulberry32), and random values as events carry them.
export class Random {
    #state;

    constructor(seed) {
        this.#state = seed >>> 0;
    }

    copy() {
        return new Random(this.#state);
    }

    // At least 0, below 1.
    next() {
        this.#state = (this.#state + 0x6d2b79f5) >>> 0;
        let x = this.#state;
        x = Math.imul(x ^ (x >>> 15), x | 1);
        x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
        return ((x ^ (x >>> 14)) >>> 0) / 4294967296;
    }

    below(limit) {
        return Math.floor(this.next() * limit);
    }

    chance(probability) {
        return this.next() < probability;
    }

    // Of the choices in `weights`, {name: weight}.
    weighed(weights) {
        let rest = this.next() * Object.values(weights).reduce((a, b) => a + b, 0);
        for (const [name, weight] of Object.entries(weights)) {
            rest -= weight;
            if (rest < 0) return name;
        }
        return Object.keys(weights)[0];
    }

    pick(list) {
        return list[this.below(list.length)];
    }

    text() {
        const letters = ['a', 'Z', ' ', '"', '\\', '/', ',', '-', '[', '{', '\n', '\0', '\x1e', '\x7f', 'é', 'я', '\u2028', '漢', '😀'];
        return Array.from({length: this.below(12)}, () => this.pick(letters)).join('');
    }

    number() {
        return this.pick([
            () => this.below(100), () => -this.below(1e9), () => this.next(), () => this.next() * 1e300,
            () => -this.next() * 1e-300, () => 2 ** 53 - 1, () => -(2 ** 53), () => 2 ** 63, () => 2 ** 64, () => 1e21, () => 0.1,
        ])();
    }

    bytes() {
        return Buffer.from(Array.from({length: this.below(20)}, () => this.below(256)));
    }

    // `binary.left` attachments may be used at most.
    value(binary = {left: 0}, depth = 0) {
        const kind = this.weighed({
            text: 4, number: 4, literal: 2, bytes: binary.left > 0 ? 2 : 0, list: depth < 4 ? 2 : 0, object: depth < 4 ? 2 : 0,
        });
        if (kind === 'text') return this.text();
        if (kind === 'number') return this.number();
        if (kind === 'literal') return this.pick([null, true, false]);
        if (kind === 'bytes') {
            binary.left--;
            return this.bytes();
        }
        if (kind === 'list') return Array.from({length: this.below(4)}, () => this.value(binary, depth + 1));
        const object = {};
        for (let i = this.below(4); i > 0; i--) object[`${this.pick(['k', '1', '', 'é'])}${this.text()}`] = this.value(binary, depth + 1);
        return object;
    }

    values(attachments) {
        const binary = {left: attachments};
        return Array.from({length: this.below(4)}, () => this.value(binary));
    }
}
