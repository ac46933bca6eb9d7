// Section 3.4: from polling to WebSocket without losing or turning round anything.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {Frames, Polling, request, separator, upgrade} from './engine.mjs';
import {oracleAllows, useServer} from './server.mjs';

describe('upgrade', () => {
    const server = useServer({mode: 'engine.io'});
    const candidate = (session) => Frames.open(server, {query: {sid: session.sid}});
    const probed = async (session) => {
        const frames = await candidate(session);
        frames.send('2probe');
        assert.equal(await frames.next(), '3probe');
        return frames;
    };
    const livesByPolling = async (session) => {
        await session.send('4still polling');
        assert.equal(await session.next(), '4still polling');
    };

    test('a GET that was held before the probe is released with a noop', async () => {
        const session = await Polling.open(server);
        const pending = session.get();
        await probed(session);
        const {status, body} = await pending;
        assert.deepEqual([status, body], [200, '6']);
    });

    test('messages go both ways by polling until the switch', async () => {
        const session = await Polling.open(server);
        const frames = await probed(session);
        await livesByPolling(session);
        const released = await session.get();
        assert.equal(released.body, '6');
        frames.send('5', '4switched');
        assert.equal(await frames.next(), '4switched');
    });

    test('what waits for a GET is flushed on the WebSocket', async () => {
        const session = await Polling.open(server);
        const frames = await probed(session);
        assert.equal((await session.get()).body, '6');
        await session.send('4one', 'bAQID', '4two');
        frames.send('5');
        assert.equal(await frames.next(), '4one');
        assert.deepEqual(await frames.next(), Buffer.from([1, 2, 3]));
        assert.equal(await frames.next(), '4two');
    });

    for (const packet of ['4hello', '3', '2', '2wrong', '6', 'abc', '1']) {
        test(`${packet} instead of a probe closes the candidate only`, async () => {
            const session = await Polling.open(server);
            const frames = await candidate(session);
            frames.send(packet);
            await frames.closes();
            await livesByPolling(session);
        });
    }

    for (const packet of ['4hello', '3probe', '6', 'abc']) {
        test(`${packet} between probe and switch closes the candidate only`, async () => {
            const session = await Polling.open(server);
            const frames = await probed(session);
            frames.send(packet);
            await frames.closes();
            await livesByPolling(session);
            const again = await upgrade(session);
            again.send('4second try');
            assert.equal(await again.next(), '4second try');
        });
    }

    test('a candidate that breaks off leaves polling as it was, and another may come', async () => {
        const session = await Polling.open(server);
        for (let i = 0; i < 5; i++) {
            const frames = i % 2 === 0 ? await candidate(session) : await probed(session);
            frames.drop();
            await livesByPolling(session);
        }
        // The server may hear of a break later than of the next candidate, which it then closes.
        for (let i = 0; ; i++) {
            const frames = await candidate(session);
            frames.send('2probe');
            const answer = await frames.next().catch(() => 'closed');
            if (answer === 'closed' && i < 20) continue;
            assert.equal(answer, '3probe');
            frames.send('5', '4at last');
            assert.equal(await frames.next(), '4at last');
            break;
        }
    });

    test('a second candidate is accepted and closed, the first goes on', async () => {
        const session = await Polling.open(server);
        const first = await probed(session);
        const second = await candidate(session);
        await second.closes();
        assert.equal((await session.get()).body, '6');
        first.send('5', '4hello');
        assert.equal(await first.next(), '4hello');
    });

    test('GET and POST by polling after the switch are refused with code 3', async () => {
        const session = await Polling.open(server);
        const frames = await upgrade(session);
        frames.send('4a');
        assert.equal(await frames.next(), '4a');
        for (const asked of [() => session.get(), () => session.post('4late')]) {
            const answer = await asked();
            assert.deepEqual([answer.status, JSON.parse(answer.body).code], [400, 3]);
        }
        frames.send('4b');
        assert.equal(await frames.next(), '4b');
    });

    test('a GET at once behind the switch is refused, whichever connection is read first', async () => {
        for (let i = 0; i < 10; i++) {
            const session = await Polling.open(server);
            const frames = await probed(session);
            frames.send('5');
            assert.equal((await session.get()).status, 400);
            frames.send('4hello');
            assert.equal(await frames.next(), '4hello');
        }
    });

    test('a session whose WebSocket closes after the switch is gone', async () => {
        const session = await Polling.open(server);
        const frames = await upgrade(session);
        await frames.close();
        const answer = await request(server, {sid: session.sid, transport: 'websocket'});
        assert.ok([1, 3].includes(JSON.parse(answer.body).code));
        assert.equal((await session.get()).status, 400);
    });

    // Echoes of what was posted come by GET as long as there is one, then on the WebSocket: the order must hold over it.
    test('200 numbered messages keep their order over the switch', async () => {
        for (const switchAt of [20, 100, 180]) {
            const session = await Polling.open(server);
            const received = [];
            let polls = true;
            const polling = (async () => {
                while (polls) {
                    const answer = await session.get();
                    if (answer.status !== 200) return;
                    received.push(...answer.body.split(separator).filter((packet) => packet !== '6'));
                }
            })();
            let frames;
            for (let n = 0; n < switchAt; n += 10) {
                if (n + 10 >= switchAt) frames = await probed(session);
                await session.send(...Array.from({length: 10}, (_, i) => `4${n + i}`));
            }
            polls = false;
            await polling;
            frames.send('5');
            for (let n = switchAt; n < 200; n++) frames.send(`4${n}`);
            while (received.length < 200) received.push(await frames.next());
            assert.deepEqual(received, Array.from({length: 200}, (_, n) => `4${n}`));
        }
    });

    test('twenty sessions at a time', async () => {
        await Promise.all(Array.from({length: 20}, async (_, i) => {
            const session = await Polling.open(server);
            await session.send(`4${i}`);
            assert.equal(await session.next(), `4${i}`);
            const frames = await upgrade(session);
            frames.send(`4again ${i}`);
            assert.equal(await frames.next(), `4again ${i}`);
        }));
    });
});

describe('upgrade and heartbeat', () => {
    const server = useServer({mode: 'engine.io', 'ping-interval': 300, 'ping-timeout': 1000});

    test('pings go on after the switch', async () => {
        const session = await Polling.open(server);
        const frames = await upgrade(session, {pong: false});
        for (let i = 0; i < 3; i++) {
            assert.equal(await frames.next('a ping'), '2');
            frames.send('3');
        }
    });

    test('a ping that polling was asked may be answered by WebSocket', async () => {
        const session = await Polling.open(server);
        assert.equal((await session.get()).body, '2');
        const frames = await upgrade(session, {pong: false});
        frames.send('3');
        for (let i = 0; i < 2; i++) {
            assert.equal(await frames.next('a ping'), '2');
            frames.send('3');
        }
    });

    test('a ping that polling was asked and nobody answers ends the session', async () => {
        const session = await Polling.open(server);
        assert.equal((await session.get()).body, '2');
        const frames = await upgrade(session, {pong: false});
        if (oracleAllows('the switch forgets a ping that is not answered yet')) return;
        await frames.closes('the ping timeout', 5000);
    });
});
