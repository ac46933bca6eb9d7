// Section 3.2 and 3.3: polling sessions, their limits and what ends them.
import assert from 'node:assert/strict';
import http from 'node:http';
import {describe, test} from 'node:test';
import {Polling, address, openFrames, separator} from './engine.mjs';
import {oracleAllows, oursAllows, useServer} from './server.mjs';
import {until} from './waiting.mjs';

// A POST whose body is sent piece by piece; `answer` resolves with the status, or with 'aborted'.
function slowPost(session) {
    let answered;
    const answer = new Promise((resolve) => (answered = resolve));
    const outgoing = http.request(address(session.server, {sid: session.sid}), {
        method: 'POST', headers: {'Content-Type': 'text/plain'}, agent: false,
    }, (incoming) => answered(incoming.resume().statusCode));
    outgoing.on('error', () => answered('aborted'));
    return {outgoing, answer};
}

describe('polling', () => {
    const server = useServer({mode: 'engine.io'});
    const lives = async (session) => {
        await session.send('4are you there?');
        assert.equal(await session.next(), '4are you there?');
    };
    const isGone = async (session) => assert.equal((await session.get()).status, 400);

    test('a held GET is answered when there is something to say', async () => {
        const session = await Polling.open(server);
        const pending = session.get();
        await session.send('4first');
        assert.equal((await pending).body, '4first');
    });

    test('text and binary keep their order in one payload', async () => {
        const session = await Polling.open(server);
        const bytes = Buffer.from(Array.from({length: 256}, (_, i) => i)).toString('base64');
        const packets = ['4a', `b${bytes}`, '4', 'bAA==', '4é😀\u2028', 'b'];
        await session.send(...packets);
        const answer = await session.get();
        assert.deepEqual(answer.body.split(separator), packets);
    });

    test('a payload of 500 packets is echoed in order', async () => {
        const session = await Polling.open(server);
        const packets = Array.from({length: 500}, (_, i) => `4${i}`);
        await session.send(...packets);
        for (const packet of packets) assert.equal(await session.next(), packet);
    });

    test('sessions do not mix', async () => {
        const sessions = await Promise.all(Array.from({length: 20}, () => Polling.open(server)));
        await Promise.all(sessions.map((session) => session.send(`4${session.sid}`)));
        for (const session of sessions) assert.equal(await session.next(), `4${session.sid}`);
    });

    test('two POSTs at a time end the session', async () => {
        if (oursAllows('a POST counts from when its body is complete, so two are taken in turn')) return;
        const session = await Polling.open(server);
        const {outgoing, answer} = slowPost(session);
        outgoing.write('4half of');
        // The first POST has no sign of having arrived, so the second is tried until it meets it.
        const second = await until(async () => {
            const {status} = await session.post('4whole');
            return status !== 200 && status;
        }, 'the second POST to be refused');
        assert.equal(second, 400);
        outgoing.end();
        assert.notEqual(await answer, 200);
        await isGone(session);
    });

    test('octet-stream is refused and ends the session', async () => {
        const session = await Polling.open(server);
        const status = await session.post(Buffer.from([4, 1]), {headers: {'Content-Type': 'application/octet-stream'}})
            .then((answer) => answer.status, () => 'aborted');
        assert.ok([400, 'aborted'].includes(status), `${status}`);
        await isGone(session);
    });

    test('a body without Content-Type is text', async () => {
        const session = await Polling.open(server);
        const {outgoing, answer} = slowPost(session);
        outgoing.removeHeader('Content-Type');
        outgoing.end('4plain');
        assert.equal(await answer, 200);
        assert.equal(await session.next(), '4plain');
    });

    for (const [what, body, lax] of [
        ['an unknown packet type', '9hello'],
        ['an empty body', ''],
        ['an empty packet between two', `4a${separator}${separator}4b`],
        ['a ping of the client', '2'],
        ['a probe without upgrade', '2probe'],
        ['letters for base64', 'b***', 'what is no base64 is taken for it'],
    ]) {
        test(`${what} ends the session`, async () => {
            const session = await Polling.open(server);
            const other = await Polling.open(server);
            await session.post(body).catch(() => {});
            if (!(lax && oracleAllows(lax))) await isGone(session);
            await lives(other);
        });
    }

    test('after a close packet nothing of the same payload is handled', async () => {
        const session = await Polling.open(server);
        const pending = session.get();
        await session.post(['1', '4late'].join(separator)).catch(() => {});
        assert.equal((await pending).body, '6');
        await isGone(session);
    });

    test('a session that ended does not come back', async () => {
        const session = await Polling.open(server);
        await session.send('1');
        for (const asked of [() => session.get(), () => session.post('4hello')]) {
            const answer = await asked();
            assert.deepEqual([answer.status, JSON.parse(answer.body).code], [400, 1]);
        }
    });

    test('an unasked pong is no harm', async () => {
        const session = await Polling.open(server);
        await session.send('3', '3', '3probe');
        await lives(session);
    });
});

describe('limits', () => {
    const limit = 1000;
    const server = useServer({mode: 'engine.io', 'max-payload': limit});
    const text = (bytes) => `4${'x'.repeat(bytes - 1)}`;

    test('the open packet tells the limit', async () => {
        assert.equal((await Polling.open(server)).open.maxPayload, limit);
    });

    test('POST: at the limit it is taken, above it is a 413 that the session survives', async () => {
        const session = await Polling.open(server);
        await session.send(text(limit));
        assert.equal(await session.next(), text(limit));
        assert.equal((await session.post(text(limit + 1))).status, 413);
        assert.equal((await session.post(`4${'é'.repeat(limit / 2)}`)).status, 413, 'bytes are counted, not characters');
        await session.send('4small');
        assert.equal(await session.next(), '4small');
    });

    test('POST without a length: above the limit is a 413 that the session survives', async () => {
        const session = await Polling.open(server);
        const {outgoing, answer} = slowPost(session);
        outgoing.write(text(limit));
        outgoing.end('x');
        assert.equal(await answer, 413);
        await session.send('4small');
        assert.equal(await session.next(), '4small');
    });

    test('POST without an end: it is not read for ever, and the session survives', async () => {
        const session = await Polling.open(server);
        const {outgoing, answer} = slowPost(session);
        for (let i = 0; i < 100; i++) outgoing.write(text(limit));
        const status = await answer;
        assert.ok([413, 'aborted'].includes(status), `${status}`);
        outgoing.destroy();
        await session.send('4small');
        assert.equal(await session.next(), '4small');
    });

    test('WebSocket: at the limit it is taken, above it closes with 1009', async () => {
        const frames = await openFrames(server);
        frames.send(text(limit), Buffer.alloc(limit));
        assert.equal(await frames.next(), text(limit));
        assert.deepEqual(await frames.next(), Buffer.alloc(limit));
        frames.send(text(limit + 1));
        assert.equal((await frames.closes()).code, 1009);
    });

    test('WebSocket: fragments count together', async () => {
        const frames = await openFrames(server);
        for (let i = 0; i < 3; i++) frames.socket.send(text(400), {fin: i === 2});
        assert.equal((await frames.closes()).code, 1009);
    });
});

describe('heartbeat', () => {
    const server = useServer({mode: 'engine.io', 'ping-interval': 200, 'ping-timeout': 400});

    test('messages are no answer to a ping', async () => {
        const frames = await openFrames(server, {pong: false});
        assert.equal(await frames.next(), '2');
        const asked = Date.now();
        while (frames.socket.readyState === 1) {
            frames.send('4I am here');
            await frames.next().catch(() => {});
            assert.ok(Date.now() - asked < 5000, 'the session outlived the ping timeout');
        }
    });

    test('pongs keep a session that is silent otherwise', async () => {
        const frames = await openFrames(server, {pong: false});
        for (let i = 0; i < 8; i++) {
            assert.equal(await frames.next('a ping'), '2');
            frames.send('3');
        }
    });
});

describe('compressed WebSocket messages', () => {
    const server = useServer({mode: 'engine.io', deflate: true, 'max-payload': 10000});
    const options = {perMessageDeflate: {threshold: 0}};

    test('are echoed', async () => {
        const frames = await openFrames(server, {options});
        assert.match(frames.socket.extensions, /permessage-deflate/);
        const text = `4${'compress me '.repeat(300)}`;
        frames.send(text, Buffer.alloc(5000, 7), '4small');
        assert.equal(await frames.next(), text);
        assert.deepEqual(await frames.next(), Buffer.alloc(5000, 7));
        assert.equal(await frames.next(), '4small');
    });

    test('the limit is on what they inflate to', async () => {
        const frames = await openFrames(server, {options});
        frames.send(`4${'a'.repeat(5000000)}`);
        assert.equal((await frames.closes()).code, 1009);
    });

    test('a client without the extension is served as well', async () => {
        const frames = await openFrames(server, {options: {perMessageDeflate: false}});
        frames.send('4hello');
        assert.equal(await frames.next(), '4hello');
    });
});
