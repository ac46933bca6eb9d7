// Clients that do not take what they are sent: the server must neither keep it for ever nor let others wait for them.
import assert from 'node:assert/strict';
import {readFileSync} from 'node:fs';
import {test} from 'node:test';
import {Polling} from './engine.mjs';
import {oracleAllows, useServer} from './server.mjs';
import {call, joined, roundTrip} from './sockets.mjs';
import {until} from './waiting.mjs';

const server = useServer({'ping-interval': 60000, 'ping-timeout': 60000});
const large = 'x'.repeat(100000);
const count = 400;  // 40 MB, more than any buffer between the two holds
const resident = () => Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${server.pid}/status`, 'latin1'))[1]);
const kept = 'what a client does not take is kept without limit';

// Each event has reached `healthy` before the next is sent, so that only the slow one has anything waiting.
async function speak(room, healthy) {
    const speaker = await joined(server);
    for (let n = 0; n < count; n++) {
        speaker.send(`42["broadcast","${room}",${n},"${large}"]`);
        assert.ok((await healthy.next('a large event')).startsWith(`42["room-message",${n},`));
    }
    await roundTrip(speaker);
}

test('a WebSocket client that stops reading is given up, the others get everything', async () => {
    const [slow, healthy] = [await joined(server), await joined(server)];
    for (const member of [slow, healthy]) await call(member, 1, 'join', 'websocket');
    slow.socket.pause();
    const before = resident();
    await speak('websocket', healthy);
    const grown = resident() - before;
    if (!oracleAllows(kept)) assert.ok(grown < 20000, `the server grew by ${grown} kB`);

    let received = 0;
    slow.socket.on('message', () => received++);
    slow.socket.resume();
    if (oracleAllows(kept)) await until(() => received === count, 'all events');
    else {
        await slow.closes();
        assert.ok(received < count, 'it was given up');
    }
    await roundTrip(healthy);
});

test('a polling client that stops polling is given up, the others get everything', async () => {
    const healthy = await joined(server);
    await call(healthy, 1, 'join', 'polling');
    const slow = await Polling.open(server);
    await slow.send('40');
    await slow.next();
    await slow.next();
    await slow.send('421["join","polling"]');
    assert.equal(await slow.next(), '431[]');
    const before = resident();
    await speak('polling', healthy);
    const grown = resident() - before;
    if (!oracleAllows(kept)) assert.ok(grown < 20000, `the server grew by ${grown} kB`);

    if (oracleAllows(kept)) {
        for (let n = 0; n < count; n++) assert.ok((await slow.next()).startsWith(`42["room-message",${n},`));
    } else {
        // It is told the end by its next requests, in one way or the other.
        await until(async () => (await slow.get()).status === 400, 'the session to be gone');
    }
    await roundTrip(healthy);
});

test('a client that breaks off in the middle of an event harms nobody', async () => {
    const healthy = await joined(server);
    for (let i = 0; i < 20; i++) {
        const member = await joined(server);
        await call(member, 1, 'join', 'broken');
        healthy.send(`42["broadcast","broken","${large}"]`, `42["broadcast","broken","${large}"]`);
        member.drop();
        await roundTrip(healthy);
    }
});
