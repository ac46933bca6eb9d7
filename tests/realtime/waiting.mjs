// Waiting for conditions, with a limit and with words that tell what was missing.
import {setTimeout as pause} from 'node:timers/promises';

// The limit is generous: it only ends what would never come.
export const generous = 10000;

export async function within(milliseconds, promise, what) {
    let timer;
    const limit = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`waited ${milliseconds} ms in vain for ${what}`)), milliseconds);
    });
    try {
        return await Promise.race([promise, limit]);
    } finally {
        clearTimeout(timer);
    }
}

// For what gives no sign when it changes. `condition` may be asynchronous.
export async function until(condition, what, milliseconds = generous) {
    const end = Date.now() + milliseconds;
    for (;;) {
        const value = await condition();
        if (value) return value;
        if (Date.now() > end) throw new Error(`waited ${milliseconds} ms in vain for ${what}`);
        await pause(10);
    }
}

// A queue that is filled by events and read by awaiting. `end` makes every later read fail, with what was left read first.
export class Queue {
    #items = [];
    #readers = [];
    #reason = null;

    push(item) {
        const reader = this.#readers.shift();
        if (reader) reader.resolve(item);
        else this.#items.push(item);
    }

    end(reason) {
        this.#reason = reason;
        for (const reader of this.#readers.splice(0)) reader.reject(new Error(reason));
    }

    get waiting() {
        return this.#items.length;
    }

    next(what, milliseconds = generous) {
        if (this.#items.length > 0) return Promise.resolve(this.#items.shift());
        if (this.#reason) return Promise.reject(new Error(`${this.#reason} while ${what} was awaited`));
        return new Promise((resolve, reject) => {
            const timer = setTimeout(() => {
                this.#readers.splice(this.#readers.indexOf(reader), 1);
                reject(new Error(`waited ${milliseconds} ms in vain for ${what}`));
            }, milliseconds);
            const reader = {
                resolve: (item) => (clearTimeout(timer), resolve(item)),
                reject: (error) => (clearTimeout(timer), reject(error)),
            };
            this.#readers.push(reader);
        });
    }
}
