// Engine.IO clients at the level of the protocol: requests of a polling session, and frames of a WebSocket.
import assert from 'node:assert/strict';
import WebSocket from 'ws';
import {Queue, generous, within} from './waiting.mjs';

export const separator = '\x1e';

// The address of a request: `EIO=4` and a transport unless `query` says otherwise; null leaves a key out.
export function address(server, query = {}, scheme = 'http') {
    const all = {EIO: '4', transport: scheme === 'ws' ? 'websocket' : 'polling', ...query};
    const text = Object.entries(all).filter(([, value]) => value !== null)
        .map(([key, value]) => `${key}=${encodeURIComponent(value)}`).join('&');
    return `${scheme}://127.0.0.1:${server.port}${server.path}?${text}`;
}

export async function request(server, query, init = {}) {
    const answer = await fetch(address(server, query), {signal: AbortSignal.timeout(generous), ...init});
    return {status: answer.status, headers: answer.headers, body: await answer.text()};
}

// Reads the first packet and holds it to section 3.2.
export function readOpen(packet, expected = {}) {
    assert.equal(packet[0], '0', `an open packet starts with 0: ${packet}`);
    const open = JSON.parse(packet.slice(1));
    assert.deepEqual(Object.keys(open).sort(), ['maxPayload', 'pingInterval', 'pingTimeout', 'sid', 'upgrades']);
    assert.match(open.sid, /^[A-Za-z0-9_-]{20}$/);
    for (const [key, value] of Object.entries(expected)) assert.deepEqual(open[key], value, key);
    return open;
}

export class Polling {
    static async open(server, query = {}) {
        const answer = await request(server, query);
        assert.equal(answer.status, 200, answer.body);
        return new Polling(server, readOpen(answer.body, {upgrades: ['websocket']}));
    }

    constructor(server, open) {
        this.server = server;
        this.open = open;
        this.sid = open.sid;
        this.packets = [];
    }

    get(init) {
        return request(this.server, {sid: this.sid}, init);
    }

    post(body, init = {}) {
        return request(this.server, {sid: this.sid}, {
            method: 'POST', body, headers: {'Content-Type': 'text/plain;charset=UTF-8'}, ...init,
        });
    }

    async send(...packets) {
        const answer = await this.post(packets.join(separator));
        assert.deepEqual([answer.status, answer.body], [200, 'ok']);
    }

    // The next packet but pings, which are answered, and noops.
    async next() {
        for (;;) {
            while (this.packets.length === 0) {
                const answer = await this.get();
                assert.equal(answer.status, 200, answer.body);
                this.packets.push(...answer.body.split(separator));
            }
            const packet = this.packets.shift();
            if (packet === '2') await this.send('3');
            else if (packet !== '6') return packet;
        }
    }
}

export class Frames {
    // `pong`: answer pings and keep them out of what is read.
    static open(server, {query = {}, pong = true, headers = {}, options = {}} = {}) {
        return new Frames(new WebSocket(address(server, query, 'ws'), {headers, ...options}), pong).opened();
    }

    constructor(socket, pong) {
        this.socket = socket;
        this.queue = new Queue();
        this.closed = new Promise((resolve) => {
            socket.once('close', (code, reason) => {
                this.queue.end(`the WebSocket closed (${code} ${reason})`);
                resolve({code, reason: `${reason}`});
            });
        });
        socket.on('message', (data, binary) => {
            const frame = binary ? data : `${data}`;
            if (pong && frame === '2') socket.send('3');
            else this.queue.push(frame);
        });
        socket.on('error', () => {});  // a close always follows
    }

    async opened() {
        const failed = new Promise((_, reject) => this.socket.once('error', reject));
        const open = new Promise((resolve) => this.socket.once('open', resolve));
        await within(generous, Promise.race([open, failed]), 'the WebSocket to open');
        return this;
    }

    send(...frames) {
        for (const frame of frames) this.socket.send(frame);
    }

    next(what = 'a frame', milliseconds) {
        return this.queue.next(what, milliseconds);
    }

    closes(what = 'the WebSocket to be closed', milliseconds = generous) {
        return within(milliseconds, this.closed, what);
    }

    async close() {
        this.socket.close();
        await this.closes('the WebSocket to close');
    }

    // For a peer that must not be waited for.
    drop() {
        this.socket.terminate();
    }
}

// A WebSocket session that has been opened: its open packet has been read.
export async function openFrames(server, options = {}) {
    const frames = await Frames.open(server, options);
    frames.handshake = readOpen(await frames.next('the open packet'), {upgrades: []});
    return frames;
}

// A WebSocket that must not come to be: resolves when it was refused or closed.
export async function refused(server, query) {
    const socket = new WebSocket(address(server, query, 'ws'));
    return within(generous, new Promise((resolve) => {
        socket.once('unexpected-response', (_, answer) => {
            let body = '';
            answer.setEncoding('utf8').on('data', (text) => (body += text));
            answer.on('end', () => resolve({status: answer.statusCode, body}));
        });
        socket.once('error', () => {});
        socket.once('close', (code) => resolve({code}));
    }), 'the WebSocket to be refused');
}

// Upgrades a polling session as a client does: probe, release of the pending GET, switch.
export async function upgrade(session, options = {}) {
    const frames = await Frames.open(session.server, {query: {sid: session.sid}, ...options});
    frames.send('2probe');
    assert.equal(await frames.next('the answer to the probe'), '3probe');
    const released = await session.get();
    assert.equal(released.status, 200);
    session.packets.push(...released.body.split(separator).filter((packet) => packet !== '6'));
    frames.send('5');
    return frames;
}
