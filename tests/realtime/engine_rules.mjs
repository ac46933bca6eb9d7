// The assertions of section 3.8 that both suites share: handshake, heartbeat, close and upgrade. `name` makes the name
// of a test; `opened` is called for a WebSocket that must go on after the upgrade.
import assert from 'node:assert/strict';
import {test} from 'node:test';
import {Frames, Polling, openFrames, readOpen, refused, request, upgrade} from './engine.mjs';
import {oracleAllows} from './server.mjs';
import {until} from './waiting.mjs';

const times = {pingInterval: 300, pingTimeout: 200, maxPayload: 1000000};

export function handshakeRules(server, name) {
    test(name(1, 'polling: an open packet with exactly five keys'), async () => {
        const answer = await request(server);
        assert.equal(answer.status, 200);
        readOpen(answer.body, {...times, upgrades: ['websocket']});
    });

    test(name(2, 'polling: EIO must be 4'), async () => {
        assert.equal((await request(server, {EIO: null})).status, 400);
        assert.equal((await request(server, {EIO: 'abc'})).status, 400);
    });

    test(name(3, 'polling: the transport must be known'), async () => {
        assert.equal((await request(server, {transport: null})).status, 400);
        assert.equal((await request(server, {transport: 'abc'})).status, 400);
    });

    test(name(4, 'polling: a session begins with GET'), async () => {
        for (const method of ['POST', 'PUT']) assert.equal((await request(server, {}, {method})).status, 400, method);
    });

    test(name(5, 'WebSocket: an open packet with exactly five keys'), async () => {
        const frames = await Frames.open(server);
        readOpen(await frames.next(), {...times, upgrades: []});
    });

    test(name(6, 'WebSocket: EIO must be 4'), async () => {
        await refused(server, {EIO: null});
        await refused(server, {EIO: 'abc'});
    });

    test(name(7, 'WebSocket: the transport must be known'), async () => {
        await refused(server, {transport: null});
        await refused(server, {transport: 'abc'});
    });
}

export function heartbeatRules(server, name) {
    test(name(17, 'polling: a session lives while pings are answered'), async () => {
        const session = await Polling.open(server);
        for (let i = 0; i < 3; i++) {
            const answer = await session.get();
            assert.deepEqual([answer.status, answer.body], [200, '2']);
            await session.send('3');
        }
    });

    test(name(18, 'polling: silence ends a session'), async () => {
        const session = await Polling.open(server);
        const opened = Date.now();
        // The session is looked at by a request that does not disturb it: a method that it has not.
        await until(async () => (await request(server, {sid: session.sid, transport: 'abc'})).status === 400
            && Date.now() - opened > 550, 'interval and timeout to pass');
        assert.equal((await session.get()).status, 400);
    });

    test(name(19, 'WebSocket: a session lives while pings are answered'), async () => {
        const frames = await openFrames(server, {pong: false});
        for (let i = 0; i < 3; i++) {
            assert.equal(await frames.next('a ping'), '2');
            frames.send('3');
        }
    });

    test(name(20, 'WebSocket: silence ends a session'), async () => {
        const frames = await openFrames(server, {pong: false});
        const opened = Date.now();
        assert.equal(await frames.next('a ping'), '2');
        await frames.closes();
        assert.ok(Date.now() - opened >= 450, 'not before interval and timeout are over');
    });
}

export function closeRules(server, name) {
    test(name(21, 'polling: a close packet releases the pending GET'), async () => {
        const session = await Polling.open(server);
        const pending = session.get();
        await session.send('1');
        const {status, body} = await pending;
        assert.deepEqual([status, body], [200, '6']);
        assert.equal((await session.get()).status, 400);
    });

    test(name(22, 'WebSocket: a close packet closes at once'), async () => {
        const frames = await openFrames(server);
        frames.send('1');
        // At once means before the first ping would be due.
        const limit = oracleAllows('a close packet over WebSocket is noticed by the ping timeout only') ? 5000 : 250;
        if (limit === 5000) frames.socket.removeAllListeners('message');
        await frames.closes('the close packet to close', limit);
    });
}

export function upgradeRules(server, name, goesOn) {
    test(name(23, 'an upgrade: probe, release of the pending GET, switch'), async () => {
        const session = await Polling.open(server);
        const frames = await Frames.open(server, {query: {sid: session.sid}});
        frames.send('2probe');
        assert.equal(await frames.next(), '3probe');
        const released = await session.get();
        assert.deepEqual([released.status, released.body], [200, '6']);
        frames.send('5');
        await goesOn(frames);
    });

    test(name(24, 'after the upgrade polling is refused'), async () => {
        const session = await Polling.open(server);
        const frames = await Frames.open(server, {query: {sid: session.sid}});
        frames.send('2probe');
        assert.equal(await frames.next(), '3probe');
        frames.send('5');
        assert.equal((await session.get()).status, 400);
        await goesOn(frames);
    });

    test(name(25, 'after the upgrade another WebSocket is accepted and closed'), async () => {
        const session = await Polling.open(server);
        const frames = await upgrade(session);
        const second = await Frames.open(server, {query: {sid: session.sid}});
        await second.closes();
        await goesOn(frames);
    });
}

