// Section 3.8, Engine.IO: the server echoes every message.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Polling, openFrames, separator} from './engine.mjs';
import {closeRules, handshakeRules, heartbeatRules, upgradeRules} from './engine_rules.mjs';
import {officialTimes, oracleAllows, useServer} from './server.mjs';

const server = useServer({mode: 'engine.io', ...officialTimes});
const name = (row, what) => `3.8 engine ${row}: ${what}`;

handshakeRules(server, name);

for (const [row, what, payload] of [
    [8, 'one text', '4hello'],
    [9, 'three texts', ['4test1', '4test2', '4test3'].join(separator)],
    [10, 'text and binary', ['4hello', 'bAQIDBA=='].join(separator)],
]) {
    test(name(row, `polling echoes ${what}`), async () => {
        const session = await Polling.open(server);
        await session.send(payload);
        const answer = await session.get();
        assert.deepEqual([answer.status, answer.body], [200, payload]);
    });
}

test(name(11, 'an undecodable payload ends the session'), async () => {
    const session = await Polling.open(server);
    const status = await session.post('abc').then((answer) => answer.status, () => 'aborted');
    assert.ok(status === 400 || status === 'aborted' || (status === 200 && oracleAllows(
        'a POST with an undecodable packet is answered 200, though it ends the session')), `${status}`);
    assert.equal((await session.get()).status, 400);
});

test(name(12, 'two GETs at a time end the session'), async () => {
    const session = await Polling.open(server);
    const first = session.get();
    await new Promise((resolve) => setTimeout(resolve, 5));
    const second = await session.get();
    assert.ok([400, 500].includes(second.status), `${second.status}`);
    const {status, body} = await first;
    assert.deepEqual([status, body], [200, '1']);
    assert.equal((await session.get()).status, 400);
});

test(name(13, 'a GET that is given up ends the session'), async () => {
    const session = await Polling.open(server);
    const abort = new AbortController();
    const pending = session.get({signal: abort.signal});
    await new Promise((resolve) => setTimeout(resolve, 5));
    abort.abort();
    await assert.rejects(pending);
    assert.equal((await session.get()).status, 400);
});

test(name(14, 'WebSocket echoes text'), async () => {
    const frames = await openFrames(server);
    frames.send('4hello');
    assert.equal(await frames.next(), '4hello');
});

test(name(15, 'WebSocket echoes binary'), async () => {
    const frames = await openFrames(server);
    frames.send(Buffer.from([1, 2, 3, 4]));
    assert.deepEqual(await frames.next(), Buffer.from([1, 2, 3, 4]));
});

test(name(16, 'WebSocket: an undecodable packet closes'), async () => {
    const frames = await openFrames(server);
    frames.send('abc');
    const {code} = await frames.closes();
    assert.equal(code, 1005, 'a close frame without a code');
});

heartbeatRules(server, name);
closeRules(server, name);
upgradeRules(server, name, async (frames) => {
    frames.send('4hello');
    assert.equal(await frames.next('the echo'), '4hello');
});
