// The unmodified socket.io-client against the server: namespaces, refusals, and why a connection ended.
import assert from 'node:assert/strict';
import {describe, test} from 'node:test';
import {connected, happens} from './npm_client.mjs';
import {openFrames} from './engine.mjs';
import {oracleAllows, startServer, useServer} from './server.mjs';
import {joined} from './sockets.mjs';
import {until} from './waiting.mjs';

const lively = (socket) => socket.timeout(10000).emitWithAck('message-with-ack', 'lively');

describe('namespaces', () => {
    const server = useServer();

    test('share one connection and have ids of their own', async () => {
        const main = await connected(server);
        const custom = main.io.socket('/custom', {auth: {a: 1}});
        const auth = happens(custom, 'auth');
        await happens(custom, 'connect');
        assert.deepEqual(await auth, [{a: 1}]);
        assert.notEqual(custom.id, main.id);
        custom.disconnect();
        await lively(main);
        main.disconnect();
    });

    test('may be joined without the main one', async () => {
        const custom = await connected(server, {namespace: '/custom', auth: {b: 2}});
        await until(() => custom.auths.length > 0, 'auth');
        assert.deepEqual(custom.auths, [{b: 2}]);
        custom.disconnect();
    });

    test('a query stands in the address of the connection, not in the name', async () => {
        const custom = await connected(server, {namespace: '/custom?token=abc&x=%2F'});
        assert.equal(custom.nsp, '/custom');
        custom.disconnect();
    });

    test('may be left and joined again', async () => {
        const main = await connected(server);
        const custom = main.io.socket('/custom', {});
        const ids = new Set();
        for (let i = 0; i < 5; i++) {
            if (!custom.connected) await happens(custom, 'connect');
            ids.add(custom.id);
            custom.disconnect();
            await lively(main);
            custom.connect();
        }
        assert.equal(ids.size, 5);
        await lively(main);
        main.io._close();
    });

    test('may be left and joined again in one breath', async () => {
        if (oracleAllows('a CONNECT that comes together with DISCONNECT finds the namespace joined still')) return;
        const main = await connected(server);
        for (let i = 0; i < 5; i++) {
            main.disconnect().connect();
            await happens(main, 'connect');
        }
        await lively(main);
        main.disconnect();
    });
});

describe('refusals', () => {
    const server = useServer();

    for (const [namespace, message, data] of [
        ['/refuse', 'not allowed', {code: 'forbidden'}],
        ['/refuse-plain', 'not allowed', undefined],
        ['/unknown', 'Invalid namespace', undefined],
        ['/custom/deeper', 'Invalid namespace', undefined],
    ]) {
        test(`${namespace}: ${message}`, async () => {
            const main = await connected(server);
            const socket = main.io.socket(namespace, {});
            const [error] = await happens(socket, 'connect_error');
            assert.equal(error.message, message);
            assert.deepEqual(error.data, data);
            assert.equal(socket.connected, false);
            await lively(main);

            // The transport stays open, so the same may be tried again.
            socket.connect();
            assert.equal((await happens(socket, 'connect_error'))[0].message, message);
            await lively(main);
            main.io._close();
        });
    }
});

describe('the end of a connection', () => {
    const server = useServer();

    for (const transports of [['websocket'], ['polling']]) {
        test(`${transports}: kick(false) ends the namespace, the transport stays`, async () => {
            const main = await connected(server, {transports});
            const custom = main.io.socket('/custom', {});
            await happens(custom, 'connect');
            const ended = happens(main, 'disconnect');
            main.emit('kick', false);
            assert.equal((await ended)[0], 'io server disconnect');
            assert.equal(custom.connected, true);
            assert.equal(main.io.engine.readyState, 'open');
            const engine = main.io.engine.id;
            main.connect();
            await happens(main, 'connect');
            assert.equal(main.io.engine.id, engine);
            await lively(main);
            main.io._close();
        });

        test(`${transports}: kick(true) ends all namespaces and the transport`, async () => {
            const main = await connected(server, {transports});
            const custom = main.io.socket('/custom', {});
            await happens(custom, 'connect');
            const ended = [happens(main, 'disconnect'), happens(custom, 'disconnect')];
            const engineClosed = happens(main.io.engine, 'close');
            main.emit('kick', true);
            for (const [reason] of await Promise.all(ended)) assert.equal(reason, 'io server disconnect');
            await engineClosed;
        });

        test(`${transports}: the client ends it`, async () => {
            const socket = await connected(server, {transports});
            const ended = happens(socket, 'disconnect');
            socket.disconnect();
            assert.equal((await ended)[0], 'io client disconnect');
        });

        test(`${transports}: the client reconnects by itself, with a new id`, async () => {
            const socket = await connected(server, {transports, reconnection: true, reconnectionDelay: 10});
            const first = socket.id;
            const ended = happens(socket, 'disconnect');
            const again = happens(socket, 'connect');
            socket.io.engine.close();
            assert.equal((await ended)[0], 'forced close');
            await again;
            assert.notEqual(socket.id, first);
            await lively(socket);
            socket.disconnect();
        });
    }

    test('a silent server is noticed by the client', async (context) => {
        const silent = await startServer({'ping-interval': 200, 'ping-timeout': 200});
        context.after(async () => {
            process.kill(silent.pid, 'SIGCONT');
            await silent.stop();
        });
        const socket = await connected(silent, {transports: ['websocket']});
        const ended = happens(socket, 'disconnect');
        process.kill(silent.pid, 'SIGSTOP');
        assert.equal((await ended)[0], 'ping timeout');
    });

    test('a server that ends is noticed by the client', async () => {
        const short = await startServer();
        const sockets = await Promise.all([['websocket'], ['polling']].map((transports) => connected(short, {transports})));
        const ended = sockets.map((socket) => happens(socket, 'disconnect'));
        await short.stop();
        for (const [reason] of await Promise.all(ended)) {
            assert.ok(['transport close', 'transport error', 'io server disconnect'].includes(reason), reason);
        }
    });

    test('pings keep a client, by either transport and over an upgrade', async (context) => {
        const quick = await startServer({'ping-interval': 100, 'ping-timeout': 2000});
        context.after(() => quick.stop());
        for (const transports of [['websocket'], ['polling'], ['polling', 'websocket']]) {
            const socket = await connected(quick, {transports});
            let pings = 0;
            socket.io.on('ping', () => pings++);
            await until(() => pings >= 8, 'eight pings');
            await lively(socket);
            socket.disconnect();
        }
    });

    test('a client that joins nothing is closed after the connect timeout', async (context) => {
        const strict = await startServer({'connect-timeout': 300});
        context.after(() => strict.stop());
        const frames = await openFrames(strict);
        frames.send('40/refuse,');
        assert.match(await frames.next(), /^44\/refuse,/);
        await frames.closes();

        // Once a namespace was joined it does not matter when it is left.
        const member = await joined(strict);
        member.send('41');
        const left = Date.now();
        await until(() => Date.now() - left > 900, 'three connect timeouts');
        member.send('40');
        assert.match(await member.next(), /^40\{/);
    });
});
