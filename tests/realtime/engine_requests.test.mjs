// Section 3.1 and 3.7: which requests are refused and how, headers, and CORS.
import assert from 'node:assert/strict';
import net from 'node:net';
import {describe, test} from 'node:test';
import {Frames, Polling, address, openFrames, refused, request} from './engine.mjs';
import {oracleAllows, useServer} from './server.mjs';

const messages = ['Transport unknown', 'Session ID unknown', 'Bad handshake method', 'Bad request', 'Forbidden',
    'Unsupported protocol version'];

describe('refusals', () => {
    const server = useServer({mode: 'engine.io'});
    const unknown = 'AAAAAAAAAAAAAAAAAAAA';

    for (const [what, code, query, method = 'GET'] of [
        ['no transport', 0, {transport: null}],
        ['an unknown transport', 0, {transport: 'abc'}],
        ['webtransport', 0, {transport: 'webtransport'}],
        ['an empty transport', 0, {transport: ''}],
        ['__proto__ as transport', 0, {transport: '__proto__'}],
        ['constructor as transport', 0, {transport: 'constructor'}],
        ['an unknown transport before an unknown session', 0, {transport: 'abc', sid: unknown}],
        ['an unknown session', 1, {sid: unknown}],
        ['an unknown session of a POST', 1, {sid: unknown}, 'POST'],
        ['__proto__ as session', 1, {sid: '__proto__'}],
        ['hasOwnProperty as session', 1, {sid: 'hasOwnProperty'}],
        ['a session id of 4,000 characters', 1, {sid: 'A'.repeat(4000)}],
        ['POST without session', 2, {}, 'POST'],
        ['PUT without session', 2, {}, 'PUT'],
        ['DELETE without session', 2, {}, 'DELETE'],
        ['POST for WebSocket without session', 2, {transport: 'websocket'}, 'POST'],
        ['WebSocket without Upgrade', 3, {transport: 'websocket'}],
        ['no EIO', 5, {EIO: null}],
        ['EIO 3', 5, {EIO: '3'}],
        ['EIO 5', 5, {EIO: '5'}],
        ['EIO 04', 5, {EIO: '04'}],
    ]) {
        test(`${what} is refused with code ${code}`, async () => {
            const answer = await request(server, query, {method});
            assert.equal(answer.status, 400);
            assert.match(answer.headers.get('content-type'), /^application\/json/);
            assert.deepEqual(JSON.parse(answer.body), {code, message: messages[code]});
        });
    }

    test('a session id with a zero byte is refused', async () => {
        assert.equal((await request(server, {sid: 'a\0b'})).status, 400);
    });

    test('the transport must be that of the session', async () => {
        const session = await Polling.open(server);
        const answer = await request(server, {sid: session.sid, transport: 'websocket'});
        assert.deepEqual([answer.status, JSON.parse(answer.body).code], [400, 3]);

        const frames = await openFrames(server);
        const poll = await request(server, {sid: frames.handshake.sid});
        assert.deepEqual([poll.status, JSON.parse(poll.body).code], [400, 3]);
        frames.send('4still here');
        assert.equal(await frames.next(), '4still here');
    });

    test('a method that polling does not know is refused and harms nothing', async () => {
        const session = await Polling.open(server);
        for (const method of ['PUT', 'DELETE', 'PATCH']) {
            const {status} = await request(server, {sid: session.sid}, {method});
            assert.ok([400, 405].includes(status) || (status === 500
                && oracleAllows('another method with a valid session is answered 500')), `${method} ${status}`);
        }
        await session.send('4hello');
        assert.equal(await session.next(), '4hello');
    });

    test('a refused Upgrade is a plain 400 with the message as text', async () => {
        for (const [query, code] of [[{transport: 'abc'}, 0], [{sid: unknown}, 1], [{EIO: '3'}, 5]]) {
            const answer = await refused(server, query);
            if (code === 5 && oracleAllows('an Upgrade with another EIO is accepted and dropped')) continue;
            assert.deepEqual(answer, {status: 400, body: messages[code]});
        }
    });

    test('an origin with illegal characters is refused', async () => {
        const answer = await new Promise((resolve, reject) => {
            const {pathname, search} = new URL(address(server));
            const socket = net.connect(server.port, '127.0.0.1');
            socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: a\r\nOrigin: http://a\x7fb\r\nConnection: close\r\n\r\n`);
            socket.once('data', (data) => resolve(`${data}`));
            socket.once('error', reject);
        });
        assert.match(answer, /^HTTP\/1\.1 400 /);
    });

    test('extra keys of the query are ignored', async () => {
        const session = await Polling.open(server, {t: 'abc', b64: '1', 'a b': 'c&d=e'});
        await session.send('4hello');
        assert.equal(await session.next(), '4hello');
    });

    test('ids are never given twice', async () => {
        const sessions = await Promise.all(Array.from({length: 50}, () => Polling.open(server)));
        assert.equal(new Set(sessions.map(({sid}) => sid)).size, 50);
    });
});

describe('headers', () => {
    const server = useServer({mode: 'engine.io'});

    test('GET: text, not stored, with its length', async () => {
        const answer = await request(server);
        assert.equal(answer.headers.get('content-type').toLowerCase(), 'text/plain; charset=utf-8');
        assert.equal(answer.headers.get('cache-control'), 'no-store');
        assert.equal(Number(answer.headers.get('content-length')), Buffer.byteLength(answer.body));
        assert.equal(answer.headers.get('set-cookie'), null);
        assert.equal(answer.headers.get('access-control-allow-origin'), null);
    });

    test('the length is that of the bytes, not of the characters', async () => {
        const session = await Polling.open(server);
        await session.send('4naïve 😀');
        const answer = await session.get({headers: {'Accept-Encoding': 'identity'}});
        assert.equal(answer.body, '4naïve 😀');
        assert.equal(Number(answer.headers.get('content-length')), Buffer.byteLength(answer.body));
    });

    test('POST: ok as text/html, not stored', async () => {
        const session = await Polling.open(server);
        const answer = await session.post('4hello');
        assert.deepEqual([answer.status, answer.body], [200, 'ok']);
        assert.match(answer.headers.get('content-type'), /^text\/html/);
        assert.equal(answer.headers.get('cache-control'), 'no-store');
        assert.equal(answer.headers.get('content-length'), '2');
    });

    test('compression only from 1,024 bytes, and only when it is accepted', async () => {
        const session = await Polling.open(server);
        for (const [length, accepted, mayCompress] of [[1000, 'gzip', false], [5000, 'identity', false], [5000, 'gzip', true]]) {
            const text = `4${'x'.repeat(length - 1)}`;
            await session.send(text);
            const answer = await session.get({headers: {'Accept-Encoding': accepted}});
            assert.equal(answer.body, text);
            if (!mayCompress) assert.equal(answer.headers.get('content-encoding'), null);
        }
    });
});

describe('a path of its own', () => {
    const server = useServer({mode: 'engine.io', path: '/deep/er/'});

    test('serves both transports', async () => {
        const session = await Polling.open(server);
        await session.send('4hello');
        assert.equal(await session.next(), '4hello');
        const frames = await openFrames(server);
        frames.send('4hello');
        assert.equal(await frames.next(), '4hello');
    });
});

describe('CORS for everyone', () => {
    const server = useServer({mode: 'engine.io', 'cors-origin': '*'});

    test('is told without credentials', async () => {
        const {headers} = await request(server, {}, {headers: {Origin: 'https://a.example.org'}});
        assert.equal(headers.get('access-control-allow-origin'), '*');
        assert.equal(headers.get('access-control-allow-credentials'), null);
    });

    test('refusals have it too, so that a page can read them', async () => {
        const {status, headers} = await request(server, {transport: 'abc'}, {headers: {Origin: 'https://a.example.org'}});
        assert.equal(status, 400);
        assert.equal(headers.get('access-control-allow-origin'), '*');
    });
});

describe('CORS for some', () => {
    const listed = 'https://portal.example.org';
    const server = useServer({mode: 'engine.io', 'cors-origin': listed});

    test('a listed origin is echoed, with credentials', async () => {
        const {status, headers} = await request(server, {}, {headers: {Origin: listed}});
        assert.equal(status, 200);
        assert.equal(headers.get('access-control-allow-origin'), listed);
        assert.equal(headers.get('access-control-allow-credentials'), 'true');
        assert.match(headers.get('vary') ?? '', /Origin/i);
    });

    test('an unlisted origin gets no header', async () => {
        for (const origin of ['https://evil.example.org', `${listed}.evil.example.org`, 'http://portal.example.org', 'null']) {
            const {headers} = await request(server, {}, {headers: {Origin: origin}});
            assert.equal(headers.get('access-control-allow-origin'), null, origin);
        }
    });

    test('a preflight is answered 204 with methods and the headers asked for', async () => {
        const {status, headers, body} = await request(server, {}, {
            method: 'OPTIONS',
            headers: {
                Origin: listed, 'Access-Control-Request-Method': 'POST', 'Access-Control-Request-Headers': 'x-one, x-two',
            },
        });
        assert.deepEqual([status, body], [204, '']);
        assert.equal(headers.get('access-control-allow-origin'), listed);
        assert.match(headers.get('access-control-allow-methods'), /GET.*POST/);
        assert.equal(headers.get('access-control-allow-headers').replaceAll(' ', ''), 'x-one,x-two');
    });

    test('a preflight of an unlisted origin allows it nothing', async () => {
        const {headers} = await request(server, {}, {
            method: 'OPTIONS', headers: {Origin: 'https://evil.example.org', 'Access-Control-Request-Method': 'POST'},
        });
        assert.equal(headers.get('access-control-allow-origin'), null);
    });

    // CORS does not cover WebSocket: without this check any page could open one with the user's cookies.
    test('WebSocket: an unlisted origin is refused, a listed one and none at all are not', async () => {
        for (const headers of [{Origin: listed}, {}]) {
            const frames = await Frames.open(server, {headers});
            assert.match(await frames.next(), /^0/);
        }
        const stranger = Frames.open(server, {headers: {Origin: 'https://evil.example.org'}})
            .then((frames) => frames.next()).then(() => 'served', () => 'refused');
        assert.ok(await stranger === 'refused'
            || oracleAllows('the origin of a WebSocket is not checked'), 'an unlisted origin was served');
    });
});
