// Section 3.6: what a connection that broke gets back, and when it begins anew.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {connected, happens} from './npm_client.mjs';
import {openFrames} from './engine.mjs';
import {oracleAllows, useServer} from './server.mjs';
import {call} from './sockets.mjs';
import {until} from './waiting.mjs';

// A member of a room at the level of the protocol, which keeps the offset of the last event it has read.
class Member {
    static async open(server, auth) {
        const member = new Member();
        member.frames = await openFrames(server);
        member.frames.send(`40${auth ? JSON.stringify(auth) : ''}`);
        member.missed = [];
        for (;;) {
            const frame = await member.frames.next('the answer to CONNECT');
            if (frame.startsWith('40')) {
                Object.assign(member, JSON.parse(frame.slice(2)));
                return member;
            }
            const event = member.#read(frame);
            // A restored connection may have been greeted with `auth` again, which it then missed as well.
            if (event[0] !== 'auth') member.missed.push(event);
        }
    }

    // The arguments of an event without its offset.
    #read(frame) {
        assert.match(frame, /^42\[/);
        const [name, ...args] = JSON.parse(frame.slice(2));
        this.offset = args.pop();
        assert.equal(typeof this.offset, 'string', `a stored event ends with its offset: ${frame}`);
        return [name, ...args];
    }

    async next() {
        return this.#read(await this.frames.next('an event'));
    }

    async join(room) {
        if (!this.offset) await this.next();  // `auth`
        await call(this.frames, 1, 'join', room);
        return this;
    }

    // Everything that was sent before has been handled.
    async settle() {
        this.frames.send('422["message-with-ack","settled"]');
        assert.equal(await this.frames.next(), '432["settled"]');
    }

    async broadcast(room, ...numbers) {
        for (const n of numbers) this.frames.send(`42["broadcast","${room}",${n}]`);
        await this.settle();
    }

    recovery() {
        return {pid: this.pid, offset: this.offset};
    }
}

const began = (member, lost) => {
    assert.notEqual(member.sid, lost.sid);
    assert.notEqual(member.pid, lost.pid);
    assert.deepEqual(member.missed, []);
};
const events = (...numbers) => numbers.map((n) => ['room-message', n]);

describe('recovery', () => {
    const server = useServer({'recovery-ms': 60000});
    let rooms = 0;
    // Two members of a room of their own; the first has read one event of it.
    const pair = async () => {
        const room = `room ${++rooms}`;
        const [lost, speaker] = [await Member.open(server), await Member.open(server)];
        await lost.join(room);
        await speaker.join(`not ${room}`);
        await speaker.broadcast(room, 0);
        assert.deepEqual(await lost.next(), ['room-message', 0]);
        return {room, lost, speaker};
    };

    test('CONNECT tells a secret id, which is neither of the others', async () => {
        const member = await Member.open(server);
        assert.match(member.pid, /^[A-Za-z0-9_-]{20}$/);
        assert.equal(new Set([member.pid, member.sid, member.frames.handshake.sid]).size, 3);
    });

    test('an event with an acknowledgement is not stored and has no offset', async () => {
        const {lost} = await pair();
        lost.frames.send('42["ask",1]');
        assert.match(await lost.frames.next(), /^42\d+\["question",1\]$/);
    });

    test('restored: the same id, and what was missed before CONNECT', async () => {
        const {room, lost, speaker} = await pair();
        await lost.frames.close();
        await speaker.broadcast(room, 1, 2, 3);
        const again = await Member.open(server, lost.recovery());
        assert.deepEqual([again.sid, again.missed], [lost.sid, events(1, 2, 3)]);
        assert.equal(again.pid, lost.pid, 'by this the client knows that it was restored');
    });

    test('restored: a connection that broke off', async () => {
        const {room, lost, speaker} = await pair();
        lost.frames.drop();
        await speaker.broadcast(room, 1);
        // How soon the server hears of it is not known: until then it has nothing to restore.
        await until(async () => {
            const again = await Member.open(server, lost.recovery());
            return again.sid === lost.sid && again.missed.length === 1;
        }, 'the broken connection to be restored');
    });

    test('restored: the rooms', async () => {
        const {room, lost, speaker} = await pair();
        await call(lost.frames, 3, 'join', `${room} too`);
        await call(lost.frames, 4, 'leave', room);
        await lost.frames.close();
        const again = await Member.open(server, lost.recovery());
        assert.equal(again.sid, lost.sid);
        again.offset ??= lost.offset;
        await speaker.broadcast(room, 1);
        await speaker.broadcast(`${room} too`, 2);
        let event;
        do event = await again.next(); while (event[0] === 'auth');
        assert.deepEqual(event, ['room-message', 2]);
    });

    test('restored: only what was sent to rooms of its own', async () => {
        const {room, lost, speaker} = await pair();
        await speaker.broadcast(room, 1);
        await lost.frames.close();
        await speaker.broadcast(`other ${room}`, 2);
        await speaker.broadcast(room, 3);
        await speaker.broadcast(lost.sid, 4);
        const again = await Member.open(server, lost.recovery());
        assert.deepEqual(again.missed, events(1, 3, 4));
    });

    test('restored: again after the next break', async () => {
        const {room, lost, speaker} = await pair();
        let member = lost;
        for (let n = 1; n <= 5; n++) {
            await member.frames.close();
            await speaker.broadcast(room, n);
            const again = await Member.open(server, member.recovery());
            assert.deepEqual([again.sid, again.missed], [lost.sid, events(n)]);
            member = again;
        }
    });

    test('restored: attachments among what was missed', async () => {
        const {room, lost, speaker} = await pair();
        await lost.frames.close();
        speaker.frames.send(`451-["broadcast","${room}",{"_placeholder":true,"num":0}]`, Buffer.from([1, 2]));
        await speaker.settle();
        const frames = await openFrames(server);
        frames.send(`40${JSON.stringify(lost.recovery())}`);
        const header = await frames.next();
        assert.match(header, /^451-\["room-message",\{"_placeholder":true,"num":0\},"[^"]+"\]$/);
        assert.deepEqual(await frames.next(), Buffer.from([1, 2]));
        assert.match(await frames.next(), /^40\{/);
    });

    test('begun anew: an unknown id', async () => {
        const {lost} = await pair();
        await lost.frames.close();
        began(await Member.open(server, {pid: 'A'.repeat(20), offset: lost.offset}), lost);
        began(await Member.open(server, {pid: lost.sid, offset: lost.offset}), lost);
    });

    test('begun anew: an unknown offset', async () => {
        const {lost} = await pair();
        await lost.frames.close();
        began(await Member.open(server, {pid: lost.pid, offset: 'unknown'}), lost);
    });

    test('begun anew: no offset, or one of another type', async () => {
        for (const offset of [undefined, 7, null, {a: 1}]) {
            const {lost} = await pair();
            await lost.frames.close();
            began(await Member.open(server, {pid: lost.pid, offset}), lost);
        }
        for (const pid of [7, null, ['x'], '__proto__']) {
            const {lost} = await pair();
            await lost.frames.close();
            began(await Member.open(server, {pid, offset: lost.offset}), lost);
        }
    });

    test('begun anew: after the client left the namespace', async () => {
        const {lost} = await pair();
        lost.frames.send('41');
        await lost.frames.close();
        began(await Member.open(server, lost.recovery()), lost);
    });

    for (const close of [false, true]) {
        test(`begun anew: after kick(${close})`, async () => {
            const {lost} = await pair();
            lost.frames.send(`42["kick",${close}]`);
            assert.equal(await lost.frames.next(), '41');
            if (close) await lost.frames.closes();
            else await lost.frames.close();
            began(await Member.open(server, lost.recovery()), lost);
        });
    }

    test('begun anew: the id was used already', async () => {
        const {lost} = await pair();
        await lost.frames.close();
        assert.equal((await Member.open(server, lost.recovery())).sid, lost.sid);
        if (oracleAllows('the secret id restores more than once')) return;
        began(await Member.open(server, lost.recovery()), lost);
    });

    test('begun anew: the connection lives still', async () => {
        const {lost} = await pair();
        began(await Member.open(server, lost.recovery()), lost);
        await lost.settle();
    });

    test('the client of npm is told what it missed', async () => {
        const {room, speaker} = await pair();
        const socket = await connected(server, {transports: ['websocket'], reconnection: true, reconnectionDelay: 50});
        const heard = [];
        socket.on('room-message', (n) => heard.push(n));
        await socket.timeout(10000).emitWithAck('join', room);
        await speaker.broadcast(room, 1);
        await until(() => heard.length === 1, 'the first event');
        const {id} = socket;
        const again = happens(socket, 'connect');
        socket.io.engine.close();
        await speaker.broadcast(room, 2, 3);
        await again;
        assert.equal(socket.recovered, true);
        assert.equal(socket.id, id);
        await speaker.broadcast(room, 4);
        await until(() => heard.length >= 4, 'the events after it');
        assert.deepEqual(heard, [1, 2, 3, 4]);
        socket.disconnect();
    });
});

describe('recovery after silence', () => {
    const server = useServer({'recovery-ms': 60000, 'ping-interval': 200, 'ping-timeout': 200});

    test('restored: a connection that the ping timeout ended', async () => {
        const frames = await openFrames(server, {pong: false});
        frames.send('40');
        const {sid, pid} = JSON.parse((await frames.next()).slice(2));
        const offset = JSON.parse((await frames.next()).slice(2)).pop();
        await frames.closes();
        const again = await Member.open(server, {pid, offset});
        assert.equal(again.sid, sid);
    });
});

describe('recovery for a short time', () => {
    const server = useServer({'recovery-ms': 100});

    test('begun anew: too late', async () => {
        const lost = await Member.open(server);
        await lost.next();
        await lost.frames.close();
        const closed = Date.now();
        await until(() => Date.now() - closed > 500, 'the time to pass');
        began(await Member.open(server, lost.recovery()), lost);
    });
});

describe('without recovery', () => {
    const server = useServer();

    test('CONNECT tells one id, and events have no offset', async () => {
        const frames = await openFrames(server);
        frames.send('40{"pid":"AAAAAAAAAAAAAAAAAAAA","offset":"x"}');
        assert.deepEqual(Object.keys(JSON.parse((await frames.next()).slice(2))), ['sid']);
        assert.equal(JSON.parse((await frames.next()).slice(2)).length, 2);
    });
});
