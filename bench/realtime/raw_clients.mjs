// Many Socket.IO clients over raw sockets, cheap enough to leave the server the slower side: a frame is looked at only
// as far as is needed to count it, and every tenth client reads when it was sent.
import net from 'node:net';
import {performance} from 'node:perf_hooks';

const sampled = 10;            // one in so many clients measures latency
export const portsOfAnAddress = 20000;  // of one source address; then the next of 127.0.0.0/8 is used
const marker = Buffer.from('"sent":');

// Frames of clients are masked; a mask of zeros leaves the text as it is.
export function frame(text) {
    const body = Buffer.from(text);
    const head = body.length < 126 ? [0x81, 0x80 | body.length] : [0x81, 0x80 | 126, body.length >> 8, body.length & 255];
    return Buffer.concat([Buffer.from([...head, 0, 0, 0, 0]), body]);
}

const pong = frame('3');

export class RawClients {
    delivered = 0;
    latencies = [];
    closed = 0;
    #sockets = [];
    #ending = false;

    constructor(server) {
        this.server = server;
    }

    get count() {
        return this.#sockets.length;
    }

    // Connects until there are `count`, a hundred at a time. Each joins the main namespace and, if it is named, a room.
    async grow(count, room) {
        while (this.#sockets.length < count) {
            const some = Math.min(100, count - this.#sockets.length);
            await Promise.all(Array.from({length: some}, () => this.#connect(room)));
        }
    }

    #connect(room) {
        const number = this.#sockets.length;
        const socket = net.connect({
            port: this.server.port, host: '127.0.0.1', noDelay: true,
            localAddress: `127.0.0.${1 + Math.floor(number / portsOfAnAddress)}`,
        });
        this.#sockets.push(socket);
        return new Promise((resolve, reject) => {
            let rest = null;
            let head = true;
            const client = {socket, room, ready: resolve, samples: number % sampled === 0};
            socket.write(`GET ${this.server.path}?EIO=4&transport=websocket HTTP/1.1\r\nHost: 127.0.0.1:${this.server.port}\r\n`
                + 'Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n'
                + 'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg==\r\n\r\n');
            socket.on('data', (data) => {
                if (rest) data = Buffer.concat([rest, data]);
                let at = 0;
                if (head) {
                    at = data.indexOf('\r\n\r\n') + 4;
                    if (at === 3) return void (rest = data);
                    if (!data.subarray(0, 13).includes('101')) return reject(new Error(`${data.subarray(0, at)}`));
                    head = false;
                }
                for (;;) {
                    const size = frameSize(data, at);
                    if (size === 0 || at + size > data.length) break;
                    this.#take(client, data, at, size);
                    at += size;
                }
                // A copy, so that a few bytes do not keep the whole read buffer alive.
                rest = at < data.length ? Buffer.from(data.subarray(at)) : null;
            });
            socket.on('error', reject);
            socket.on('close', () => {
                this.closed++;
                if (!this.#ending) reject(new Error('the server closed a connection'));
            });
        });
    }

    // One frame of `size` bytes at `at`. Engine.IO and Socket.IO are told by the first characters of its text.
    #take(client, data, at, size) {
        const start = at + (data[at + 1] < 126 ? 2 : data[at + 1] === 126 ? 4 : 10);
        const end = at + size;
        const engine = data[start];
        if (engine === 0x34 && data[start + 1] === 0x32) {  // 42: an event
            if (end - start < 12 || data[start + 4] !== 0x72) return;  // 42["r: a room message
            this.delivered++;
            if (client.samples) {
                const text = data.indexOf(marker, start) + marker.length;
                this.latencies.push(performance.now() - Number.parseFloat(data.latin1Slice(text, text + 20)));
            }
        } else if (engine === 0x32) client.socket.write(pong);
        else if (engine === 0x30) client.socket.write(frame('40'));
        else if (data[start + 1] === 0x30) {  // 40: joined
            if (client.room) client.socket.write(frame(`421["join","${client.room}"]`));
            else client.ready();
        } else if (data[start + 1] === 0x33) client.ready();  // 43: the room is joined
    }

    send(text) {
        this.#sockets[0].write(frame(text));
    }

    end() {
        this.#ending = true;
        for (const socket of this.#sockets) socket.destroy();
    }
}

// 0 if not even the length is there.
export function frameSize(data, at) {
    if (data.length - at < 2) return 0;
    const length = data[at + 1];
    if (length < 126) return 2 + length;
    if (length === 126) return data.length - at < 4 ? 0 : 4 + data.readUInt16BE(at + 2);
    return data.length - at < 10 ? 0 : 10 + Number(data.readBigUInt64BE(at + 2));
}
