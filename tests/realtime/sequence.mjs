// One random sequence against one server: three clients that do what clients may do. What each was answered is its
// transcript. The plan decides from its own random numbers and from what was answered, never from the clock.
import {Frames, Polling, openFrames, separator} from './engine.mjs';
import {canonical, decode, encode} from './packet.mjs';
import {Queue} from './waiting.mjs';

const namespaces = ['/', '/custom', '/refuse', '/refuse-plain', '/unknown'];
const rooms = ['red', 'green', 'blue'];

export class Sequence {
    constructor(server, random, steps) {
        this.server = server;
        this.random = random;
        this.steps = steps;
        this.transcript = [];
        this.barriers = 0;
        this.lastId = 0;
    }

    async run() {
        this.clients = [0, 1, 2].map((number) => ({number, joined: new Set()}));
        for (const client of this.clients) await this.#open(client);
        for (let step = 0; step < this.steps; step++) {
            const client = this.random.pick(this.clients);
            await this.#step(client);
            // First who acted, then who may have heard of it.
            for (const one of [client, ...this.clients.filter((other) => other !== client)]) await this.#settle(one);
        }
        for (const client of this.clients) client.channel.drop();
        return this.transcript;
    }

    #note(client, text) {
        this.transcript.push(`${client.number}: ${text}`);
    }

    async #open(client) {
        const polls = this.random.chance(0.4);
        client.channel = polls ? await PollingChannel.open(this.server) : await FramesChannel.open(this.server);
        client.joined.clear();
        this.#note(client, `opens by ${polls ? 'polling' : 'WebSocket'}`);
        if (this.random.chance(0.9)) await this.#connect(client, '/');
    }

    async #step(client) {
        const {random} = this;
        const inMain = client.joined.has('/');
        const action = random.weighed({
            connect: 2, leave: 0.7, reconnect: 0.7, upgrade: client.channel.upgrades ? 2 : 0, ...(inMain ? {
                message: 5, acknowledged: 4, ask: 3, join: 3, leaveRoom: 1, broadcast: 5, several: 2, stray: 1, kick: 0.3, kickAll: 0.2,
            } : {connect: 8}),
        });
        this.#note(client, `does ${action}`);
        const args = random.values(random.chance(0.4) ? 10 : 0);
        switch (action) {
            case 'connect': return this.#connect(client, random.pick(namespaces));
            case 'leave': {
                const namespace = random.pick([...client.joined, '/']);
                if (client.joined.delete(namespace)) client.channel.send(encode(1, namespace));
                return;
            }
            case 'reconnect':
                client.channel.drop();
                return this.#open(client);
            case 'upgrade':
                client.channel = await client.channel.upgrade();
                return;
            case 'message': return this.#emit(client, undefined, 'message', ...args);
            case 'acknowledged': return this.#emit(client, ++this.lastId, 'message-with-ack', ...args);
            case 'ask': return this.#emit(client, undefined, 'ask', ...args);
            case 'join': return this.#emit(client, ++this.lastId, 'join', random.pick(rooms));
            case 'leaveRoom': return this.#emit(client, ++this.lastId, 'leave', random.pick(rooms));
            case 'broadcast': return this.#emit(client, undefined, 'broadcast', random.pick([...rooms, this.#someId()]), ...args);
            case 'several':
                for (let i = random.below(10); i > 0; i--) this.#emit(client, undefined, 'message', i, ...random.values(2));
                return;
            case 'stray':
                if (random.chance(0.5)) client.channel.send(encode(3, '/', 1000 + random.below(10), args));
                else this.#emit(client, random.chance(0.5) ? ++this.lastId : undefined, 'nobody-listens', ...args);
                return;
            case 'kick':
                client.joined.delete('/');
                return this.#emit(client, undefined, 'kick', false);
            case 'kickAll':
                this.#emit(client, undefined, 'kick', true);
                await this.#readToTheEnd(client);
                return this.#open(client);
        }
    }

    // The room that every socket has for itself. The ids differ between the servers, the choice does not.
    #someId() {
        return this.random.pick(this.clients).sid ?? 'red';
    }

    async #connect(client, namespace) {
        if (client.joined.has(namespace)) return;
        client.channel.send(encode(0, namespace, undefined, this.random.pick([undefined, {}, {token: this.random.text()}])));
        // What was sent before, as the event of another namespace, may be read first.
        let packet = await this.#read(client);
        while (packet.namespace !== namespace || (packet.type !== 0 && packet.type !== 4)) packet = await this.#read(client);
        if (packet.type !== 0) return;
        client.joined.add(namespace);
        if (namespace === '/') client.sid = packet.data.sid;
    }

    #emit(client, id, ...args) {
        client.channel.send(encode(2, '/', id, args));
    }

    // Reads one packet and its attachments into the transcript; answers a question.
    async #read(client) {
        for (;;) {
            const frame = await client.channel.next();
            if (typeof frame !== 'string') {
                this.#note(client, `gets ${frame.length} bytes ${frame.toString('hex')}`);
                continue;
            }
            const packet = decode(frame.slice(1));
            if (packet.namespace.startsWith('/barrier-')) return packet;
            this.#note(client, `gets ${canonical(packet)}`);
            if (packet.type === 2 && packet.data[0] === 'question') {
                client.channel.send(encode(3, '/', packet.id, this.random.values(3)));
            }
            return packet;
        }
    }

    // CONNECT to a namespace that is not there is answered in any state. What came just before it may be handled after it,
    // but not after another whole round trip: it is quiet when two of them brought nothing.
    async #settle(client) {
        for (let quiet = 0; quiet < 2; quiet++) {
            const name = `/barrier-${++this.barriers}`;
            client.channel.send(encode(0, name));
            while ((await this.#read(client)).namespace !== name) quiet = -1;
        }
    }

    // In which order the namespaces are left is not laid down.
    async #readToTheEnd(client) {
        const first = this.transcript.length;
        for (;;) {
            try {
                await this.#read(client);
            } catch {
                this.transcript.push(...this.transcript.splice(first).sort());
                this.#note(client, 'is closed');
                return;
            }
        }
    }
}

class FramesChannel {
    upgrades = false;

    static async open(server) {
        return new FramesChannel(await openFrames(server));
    }

    constructor(frames, early = []) {
        this.frames = frames;
        this.early = early;
    }

    send(packets) {
        this.frames.send(...packets);
    }

    async next() {
        return this.early.shift() ?? await this.frames.next('an answer of the sequence');
    }

    drop() {
        this.frames.drop();
    }
}

// GETs all the time, and POSTs one after the other.
class PollingChannel {
    upgrades = true;
    #queue = new Queue();
    #posts = Promise.resolve();
    #state = 'polls';

    static async open(server) {
        const channel = new PollingChannel();
        channel.session = await Polling.open(server);
        channel.polling = channel.#poll();
        return channel;
    }

    async #poll() {
        while (this.#state === 'polls') {
            const answer = await this.session.get().catch(() => ({status: 0}));
            if (answer.status !== 200) return this.#queue.end(`GET was answered ${answer.status}`);
            for (const packet of answer.body.split(separator)) {
                if (packet === '1') return this.#queue.end('the session was closed');
                if (packet === '2') this.send(['3']);
                else if (packet[0] === 'b') this.#queue.push(Buffer.from(packet.slice(1), 'base64'));
                else if (packet !== '6') this.#queue.push(packet);
            }
        }
    }

    send(packets) {
        const body = packets.map((packet) => typeof packet === 'string' ? packet : `b${packet.toString('base64')}`).join(separator);
        this.#posts = this.#posts.then(() => this.session.post(body)).catch(() => {});
    }

    next() {
        return this.#queue.next('an answer of the sequence');
    }

    async upgrade() {
        await this.#posts;
        const frames = await Frames.open(this.session.server, {query: {sid: this.session.sid}});
        frames.send('2probe');
        if (await frames.next() !== '3probe') throw new Error('the probe was not answered');
        this.#state = 'upgrades';
        await this.polling;
        frames.send('5');
        const early = [];
        while (this.#queue.waiting > 0) early.push(await this.#queue.next());
        return new FramesChannel(frames, early);
    }

    drop() {
        this.#state = 'dropped';
        this.#posts.then(() => this.session.post('1')).catch(() => {});
    }
}
