// Takes voucher activities through their life with alipay-sdk, which signs and verifies by itself, and hands it the
// simulator's messages to verify.
// Usage: TZ=Asia/Shanghai node main.js CREDENTIALS-DIR/APPID…   (as `gateway-simulator --credentials-dir` writes them;
// the client writes timestamps in the machine's time zone, and the gateway reads them in Beijing's)
'use strict';

const assert = require('node:assert/strict');
const { randomUUID } = require('node:crypto');
const { existsSync, readFileSync } = require('node:fs');
const { createServer } = require('node:http');
const path = require('node:path');
const { AlipaySdk } = require('alipay-sdk');

const connect = (dir) => {
  const read = (name) => readFileSync(path.join(dir, name), 'utf8');
  const account = JSON.parse(read('account.json'));
  const certificate = existsSync(path.join(dir, 'appCertPublicKey.crt'));
  const sdk = new AlipaySdk({
    appId: account.appId,
    privateKey: read('app_private_key.pem'),
    keyType: 'PKCS8',
    gateway: account.gatewayUrl,
    camelcase: false,
    timeout: 30000,
    ...(certificate
      ? {
        appCertContent: read('appCertPublicKey.crt'),
        alipayPublicCertContent: read('alipayCertPublicKey_RSA2.crt'),
        alipayRootCertContent: read('alipayRootCert.crt'),
      }
      : { alipayPublicKey: read('alipay_public_key.pem') }),
  });
  const control = async (method, page, body) => {
    const reply = await fetch(new URL(`/_sim/${page}`, account.gatewayUrl), { method, body: body && JSON.stringify(body) });
    assert.equal(reply.status, 200, `${method} ${page}`);
    return reply.json();
  };
  return { account, sdk, control };
};

const inDays = (days) => new Date(Date.now() + days * 86400e3 + 8 * 3600e3).toISOString().slice(0, 19).replace('T', ' ');

const voucher = (number) => ({
  out_biz_no: number,
  merchant_access_mode: 'SELF_MODE',
  activity_base_info: { activity_name: '满10减1活动', code_mode: 'MERCHANT_API' },
  voucher_send_mode_info: {
    voucher_send_mode: 'DIRECT_SEND_MODE',
    voucher_send_rule_info: { quantity: 100, publish_start_time: inDays(0), publish_end_time: inDays(30) },
  },
  voucher_deduct_info: { voucher_type: 'FIX_VOUCHER', fix_voucher_info: { amount: '1.00', floor_amount: '10.00' } },
  voucher_available_scope_info: {
    voucher_available_geography_scope_info: {
      available_geography_scope_type: 'CITY_CODE',
      available_geography_city_info: { all_city: true },
    },
  },
  voucher_use_rule_info: {
    voucher_use_time_info: { period_type: 'RELATIVE', relative_period_info: { wait_days_after_receive: 0, valid_days_after_receive: 7 } },
  },
  voucher_customer_guide_info: { voucher_use_guide_info: { use_guide_mode: ['OFFLINE_CODE'] } },
  voucher_display_pattern_info: { brand_name: '测试品牌', brand_logo: 'A*logo', voucher_description: '满10元减1元', customer_service_mobile: '95188' },
});

// A receiver of messages, which it answers and keeps until they are asked for.
const receive = async () => {
  const waiting = [];
  const came = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8');
    request.on('data', (part) => { body += part; });
    request.on('end', () => {
      response.end('success');
      const form = Object.fromEntries(new URLSearchParams(body));
      if (waiting.length) waiting.shift()(form);
      else came.push(form);
    });
  });
  await new Promise((listening) => { server.listen(0, '127.0.0.1', listening); });
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    next: () => (came.length ? Promise.resolve(came.shift()) : new Promise((resolve) => { waiting.push(resolve); })),
    close: () => server.close(),
  };
};

let passed = 0;
let failed = 0;
const check = async (name, run) => {
  try {
    await run();
    passed += 1;
    console.log(`ok - ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`not ok - ${name}\n  ${error.stack || error}`);
  }
};

const life = async (dir) => {
  const { account, sdk, control } = connect(dir);
  const messages = await receive();
  const say = (name) => `${account.mode}: ${name}`;
  const root = 'alipay.marketing.activity.ordervoucher';
  // Every reply is verified by the client, refusals too.
  const call = (method, content) => sdk.exec(method, { bizContent: content }, { validateSign: true });
  const about = (id, more) => ({ activity_id: id, merchant_access_mode: 'SELF_MODE', ...more });
  // Whether the signature of a message covers sign_type: checkNotifySignV2 tries both ways.
  const coversSignType = ({ sign, ...form }) => sdk.rsaCheck(Object.keys(form).sort().map((name) => `${name}=${form[name]}`).join('&'), sign);
  const number = randomUUID();
  let id;

  await control('PUT', 'switches', { 'alipay.async.delay': '0s' });
  await control('PUT', 'alipay/notify-url', { url: messages.url, appId: account.appId });

  await check(say('an activity is created'), async () => {
    const reply = await call(`${root}.create`, voucher(number));
    assert.equal(reply.code, '10000', JSON.stringify(reply));
    id = reply.activity_id;
  });
  await check(say('the message that it was created verifies without sign_type'), async () => {
    const form = await messages.next();
    assert.equal(form.msg_method, 'alipay.marketing.activity.message.created');
    assert.equal(JSON.parse(form.biz_content).activity_id, id);
    assert.ok(sdk.checkNotifySignV2(form));
    assert.ok(!coversSignType(form));
    assert.ok(!sdk.checkNotifySignV2({ ...form, app_id: '1' }));
  });
  await check(say('a replay gives the same activity'), async () => {
    const reply = await call(`${root}.create`, voucher(number));
    assert.equal(reply.activity_id, id);
  });
  await check(say('it can be read'), async () => {
    const reply = await call(`${root}.query`, about(id));
    assert.equal(reply.activity_status, 'ACTIVE');
    assert.equal(reply.activity_base_info.activity_name, '满10减1活动');
    assert.equal(reply.voucher_send_mode_info.voucher_send_rule_info.quantity, 100);
  });
  await check(say('the list has it'), async () => {
    const reply = await call('alipay.marketing.activity.batchquery', { activity_status: 'ACTIVE', merchant_access_mode: 'SELF_MODE', page_num: 1, page_size: 20 });
    assert.ok(reply.activity_lite_infos.some((item) => item.activity_id === id));
  });
  await check(say('it is stopped, and the message verifies with sign_type'), async () => {
    await control('PUT', 'switches', { 'alipay.messages.signType': 'included' });
    const reply = await call(`${root}.stop`, about(id, { out_biz_no: randomUUID() }));
    assert.equal(reply.code, '10000', JSON.stringify(reply));
    const form = await messages.next();
    assert.equal(form.msg_method, 'alipay.marketing.activity.message.stopped');
    assert.ok(sdk.checkNotifySignV2(form));
    assert.ok(coversSignType(form));
    const after = await call(`${root}.query`, about(id));
    assert.equal(after.activity_status, 'FINISHED');
  });
  await check(say('a missing activity is told as the pages say'), async () => {
    const reply = await call(`${root}.query`, about('1'));
    assert.equal(reply.code, '40004');
    assert.equal(reply.sub_code, 'INVALID_PARAMETER');
  });
  await check(say('a reply with a bad signature is not believed'), async () => {
    await control('POST', 'faults', { match: { operation: 'ordervoucher.query' }, action: 'badSignature' });
    await assert.rejects(call(`${root}.query`, about(id)), /验签失败/);
  });
  await check(say('the simulator counted one creation'), async () => {
    const { total } = await control('GET', `activities?outBizNo=${number}`);
    assert.equal(total, 1);
  });
  await control('DELETE', 'switches');
  messages.close();
};

(async () => {
  for (const dir of process.argv.slice(2)) await life(dir);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed ? 1 : 0;
})().catch((error) => {
  console.error(error.stack || error);
  process.exitCode = 1;
});
