// Section 3.8, Socket.IO: rows 1-16 are those of Engine.IO without echo, the others follow.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {openFrames} from './engine.mjs';
import {closeRules, handshakeRules, heartbeatRules, upgradeRules} from './engine_rules.mjs';
import {officialTimes, useServer} from './server.mjs';
import {joined, roundTrip} from './sockets.mjs';

const server = useServer({mode: 'socket.io', ...officialTimes});
const name = (row, what) => `3.8 socket ${row}: ${what}`;
const attachments = [Buffer.from([1, 2, 3]), Buffer.from([4, 5, 6])];
const placeholders = '{"_placeholder":true,"num":0},{"_placeholder":true,"num":1}';

// Rows 17-25 of the Engine.IO suite are rows 8-16 here.
handshakeRules(server, name);
heartbeatRules(server, (row, what) => name(row - 9, what));
closeRules(server, (row, what) => name(row - 9, what));
upgradeRules(server, (row, what) => name(row - 9, what), async (frames) => {
    frames.send('40');
    assert.match(await frames.next('the answer to CONNECT'), /^40\{/);
});

for (const [row, what, connect, answer, auth] of [
    [17, 'CONNECT to the main namespace', '40', '40', '42["auth",{}]'],
    [18, 'CONNECT with auth', '40{"token":"123"}', '40', '42["auth",{"token":"123"}]'],
    [19, 'CONNECT to a custom namespace', '40/custom,', '40/custom,', '42/custom,["auth",{}]'],
    [20, 'CONNECT to a custom namespace with auth', '40/custom,{"token":"abc"}', '40/custom,',
        '42/custom,["auth",{"token":"abc"}]'],
]) {
    test(name(row, what), async () => {
        const frames = await openFrames(server);
        frames.send(connect);
        const first = await frames.next();
        assert.ok(first.startsWith(answer), first);
        const handshake = JSON.parse(first.slice(answer.length));
        assert.deepEqual(Object.keys(handshake), ['sid']);
        assert.match(handshake.sid, /^[A-Za-z0-9_-]{20}$/);
        assert.notEqual(handshake.sid, frames.handshake.sid, 'the public id is not the secret one');
        assert.equal(await frames.next(), auth);
    });
}

test(name(21, 'CONNECT to an unknown namespace is refused'), async () => {
    const frames = await openFrames(server);
    frames.send('40/random');
    assert.equal(await frames.next(), '44/random,{"message":"Invalid namespace"}');
});

test(name(22, 'an undecodable packet before CONNECT closes'), async () => {
    const frames = await openFrames(server);
    frames.send('4abc');
    await frames.closes('the connection to close', 2000);
});

test(name(23, 'a connection that joins nothing is closed'), async () => {
    const frames = await openFrames(server);
    const opened = Date.now();
    await frames.closes('the connect timeout', 2000);
    assert.ok(Date.now() - opened >= 900, 'not before the connect timeout');
});

test(name(24, 'DISCONNECT keeps the transport'), async () => {
    const frames = await joined(server, {pong: false});
    frames.send('41');
    assert.equal(await frames.next('a ping'), '2');
});

test(name(25, 'leaving one namespace leaves the other alone'), async () => {
    const frames = await joined(server);
    frames.send('40/custom');
    assert.match(await frames.next(), /^40\/custom,\{/);
    assert.equal(await frames.next(), '42/custom,["auth",{}]');
    frames.send('41/custom');
    await roundTrip(frames);
});

test(name(26, 'an event with plain arguments'), async () => {
    const frames = await joined(server);
    frames.send('42["message",1,"2",{"3":[true]}]');
    assert.equal(await frames.next(), '42["message-back",1,"2",{"3":[true]}]');
});

test(name(27, 'an event with attachments'), async () => {
    const frames = await joined(server);
    frames.send(`452-["message",${placeholders}]`, ...attachments);
    assert.equal(await frames.next(), `452-["message-back",${placeholders}]`);
    assert.deepEqual([await frames.next(), await frames.next()], attachments);
});

test(name(28, 'an acknowledgement with plain arguments'), async () => {
    const frames = await joined(server);
    frames.send('42456["message-with-ack",1,"2",{"3":[false]}]');
    assert.equal(await frames.next(), '43456[1,"2",{"3":[false]}]');
});

test(name(29, 'an acknowledgement with attachments'), async () => {
    const frames = await joined(server);
    frames.send(`452-789["message-with-ack",${placeholders}]`, ...attachments);
    assert.equal(await frames.next(), `462-789[${placeholders}]`);
    assert.deepEqual([await frames.next(), await frames.next()], attachments);
});

for (const [row, what, packet] of [
    [30, 'an unknown packet type closes', '4abc'],
    [31, 'a payload that is no list closes', '42{}'],
    [32, 'an acknowledgement id that is no number closes', '42abc["message-with-ack",1]'],
]) {
    test(name(row, what), async () => {
        const frames = await joined(server);
        frames.send(packet);
        await frames.closes();
    });
}
