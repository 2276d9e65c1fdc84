<?php
// Stands in for the login pages of back offices: what they ask the database, what they answer, and
// whom they let in afterwards. Everything else of a shop is left out.
$kind = getenv('SHOP_KIND');
$db = new PDO('mysql:host=127.0.0.1;dbname=shop;port=' . getenv('SHOP_PORT'), 'web',
              'Web-of-the-Tests.1', [PDO::ATTR_ERRMODE => PDO::ERRMODE_EXCEPTION]);
$db->exec("SET time_zone = '+00:00'");

function row(string $sql, array $values = []) {
  global $db;
  $query = $db->prepare($sql);
  $query->execute($values);
  return $query->columnCount() > 0 ? $query->fetch(PDO::FETCH_ASSOC) : false;
}
function text(string $of, string $name): string {
  $values = $of === 'get' ? $_GET : $_POST;
  return isset($values[$name]) && is_string($values[$name]) ? $values[$name] : '';
}

if (str_starts_with($kind, 'opencart')) {
  session_name('OCSESSID');
} elseif ($kind === 'magento') {
  session_name('admin');
} else {
  session_name('PrestaShop-test');
}
session_start();

// --- OpenCart -------------------------------------------------------------------------------------

function opencart_verifies(array $user, string $password): bool {
  global $kind;
  if ($kind === 'opencart3') {
    $salt = $user['salt'];
    return $user['password'] === sha1($salt . sha1($salt . sha1($password))) ||
           $user['password'] === md5($password);
  }
  return password_verify($password, $user['password']);
}
function opencart_login(): bool {
  $user = row('SELECT * FROM oc_user WHERE username = ? AND status = 1', [text('post', 'username')]);
  $password = html_entity_decode(text('post', 'password'), ENT_QUOTES, 'UTF-8');
  if (!$user || !opencart_verifies($user, $password)) {
    return false;
  }
  $_SESSION['user_id'] = $user['user_id'];
  $_SESSION['user_token'] = bin2hex(random_bytes(16));
  return true;
}
function opencart_login_page(string $warning = ''): void {
  global $kind;
  $action = 'index.php?route=common/login';
  if ($kind === 'opencart4') {
    $_SESSION['login_token'] = bin2hex(random_bytes(16));
    $action = 'index.php?route=common/login.login&amp;login_token=' . $_SESSION['login_token'];
  }
  echo '<div class="alert alert-danger">', $warning, '</div><form action="', $action, '">',
      '<input type="password" name="password"></form>';
}
function opencart_dashboard_url(): string {
  return 'http://shop/admin/index.php?route=common/dashboard&user_token=' . $_SESSION['user_token'];
}
function opencart(): void {
  global $kind;
  $route = text('get', 'route');
  if ($route === 'common/login.login' && $kind === 'opencart4') {
    header('Content-Type: application/json');
    if (text('get', 'login_token') !== ($_SESSION['login_token'] ?? '-')) {
      echo json_encode(['redirect' => 'http://shop/admin/index.php?route=common/login']);
    } elseif (opencart_login()) {
      row("INSERT INTO oc_user_login SET user_id = ?, ip = '192.0.2.9', user_agent = 'test',
           date_added = NOW()", [$_SESSION['user_id']]);
      echo json_encode(['redirect' => opencart_dashboard_url()]);
    } else {
      echo json_encode(['error' => 'No match for Username and/or Password.']);
    }
  } elseif ($route === 'common/login' && $_SERVER['REQUEST_METHOD'] === 'POST') {
    $failed = row('SELECT total FROM oc_customer_login WHERE email = ?', [text('post', 'username')]);
    if ($failed && $failed['total'] >= 5) {
      opencart_login_page('Warning: Your account has exceeded allowed number of login attempts.');
    } elseif (opencart_login()) {
      header('Location: ' . opencart_dashboard_url(), true, 302);
    } else {
      row($failed ? 'UPDATE oc_customer_login SET total = total + 1 WHERE email = ?'
                  : "INSERT INTO oc_customer_login SET email = ?, ip = '192.0.2.9', total = 1,
                     date_added = NOW(), date_modified = NOW()", [text('post', 'username')]);
      opencart_login_page(getenv('SHOP_REFUSAL') ?: 'No match for Username and/or Password.');
    }
  } elseif ($route === 'common/dashboard' &&
            row('SELECT 1 FROM oc_user WHERE user_id = ? AND status = 1',
                [$_SESSION['user_id'] ?? 0]) &&
            text('get', 'user_token') === $_SESSION['user_token']) {
    echo '<h1>Dashboard</h1><a href="index.php?route=common/logout">Logout</a>';
  } else {
    opencart_login_page();
  }
}

// --- PrestaShop -----------------------------------------------------------------------------------

function has_table(string $name): bool {
  return (bool)row("SELECT 1 FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'shop' AND
                    TABLE_NAME = ?", [$name]);
}
function prestashop_login(): void {
  global $db;
  $employee = row('SELECT * FROM ps_employee WHERE email = ? AND active = 1',
                  [text('post', 'email')]);
  if (!$employee || !password_verify(text('post', 'passwd'), $employee['passwd'])) {
    echo json_encode(['hasErrors' => true,
                      'errors' => ['The employee does not exist, or the password is incorrect.']]);
    return;
  }
  $shop = row('SELECT 1 FROM ps_employee_shop WHERE id_employee = ?', [$employee['id_employee']]);
  if (!$shop && $employee['id_profile'] != 1) {
    echo json_encode(['hasErrors' => true,
                      'errors' => ['This employee does not manage the shop anymore.']]);
    return;
  }
  $_SESSION['id'] = $employee['id_employee'];
  $_SESSION['passwd'] = $employee['passwd'];
  if (has_table('ps_employee_session')) {
    row("INSERT INTO ps_employee_session (id_employee, token, date_add, date_upd)
         VALUES (?, 'x', NOW(), NOW())", [$_SESSION['id']]);
    $_SESSION['row'] = $db->lastInsertId();
  }
  echo json_encode(['hasErrors' => false,
                    'redirect' => 'index.php?controller=AdminDashboard&token=0123456789abcdef']);
}
function prestashop(): void {
  if ($_SERVER['REQUEST_METHOD'] === 'POST' && isset($_POST['submitLogin'], $_POST['ajax'])) {
    prestashop_login();
  } elseif (text('get', 'controller') === 'AdminLogin') {
    echo '<form id="login_form"><input name="passwd" type="password"></form>';
  } elseif (row('SELECT 1 FROM ps_employee WHERE id_employee = ? AND passwd = ? AND active = 1',
                [$_SESSION['id'] ?? 0, $_SESSION['passwd'] ?? '']) &&
            (!isset($_SESSION['row']) ||
             row('SELECT 1 FROM ps_employee_session WHERE id_employee_session = ? AND
                  id_employee = ?', [$_SESSION['row'], $_SESSION['id']]))) {
    echo '<h1>Dashboard</h1>';
  } else {
    header('Location: http://shop/admin/index.php?controller=AdminLogin&token=0', true, 302);
  }
}

// --- Magento --------------------------------------------------------------------------------------

function magento_verifies(string $stored, string $password): bool {
  [$hash, $salt, $version] = array_pad(explode(':', $stored, 3), 3, '');
  if ($version !== '2') {
    return false;
  }
  $made = sodium_crypto_pwhash(SODIUM_CRYPTO_SIGN_SEEDBYTES, $password,
                               substr($salt, 0, SODIUM_CRYPTO_PWHASH_SALTBYTES),
                               SODIUM_CRYPTO_PWHASH_OPSLIMIT_INTERACTIVE,
                               SODIUM_CRYPTO_PWHASH_MEMLIMIT_INTERACTIVE,
                               SODIUM_CRYPTO_PWHASH_ALG_ARGON2ID13);
  return hash_equals(bin2hex($made), $hash);
}
function magento_expired(int $user): bool {
  return (bool)row('SELECT 1 FROM admin_user_expiration WHERE user_id = ? AND expires_at < NOW()',
                   [$user]);
}
function magento_login(): bool {
  global $db;
  $login = is_array($_POST['login'] ?? null) ? $_POST['login'] : [];
  $user = row('SELECT * FROM admin_user WHERE username = ?', [$login['username'] ?? '']);
  $is_let_in = text('post', 'form_key') === ($_SESSION['form_key'] ?? '-') && $user &&
               magento_verifies($user['password'], $login['password'] ?? '') &&
               $user['is_active'] == 1 && !magento_expired($user['user_id']) &&
               row("SELECT 1 FROM authorization_role WHERE user_id = ? AND user_type = '2' AND
                    parent_id > 0", [$user['user_id']]);
  if ($is_let_in) {
    row("INSERT INTO admin_user_session (user_id, status, ip) VALUES (?, 1, '192.0.2.9')",
        [$user['user_id']]);
    $_SESSION['user'] = $user['user_id'];
    $_SESSION['row'] = $db->lastInsertId();
  }
  return $is_let_in;
}
function magento_login_page(string $message = ''): void {
  $_SESSION['form_key'] = $_SESSION['form_key'] ?? bin2hex(random_bytes(8));
  echo '<div id="messages">', $message, '</div><form method="post" id="login-form">',
      '<input name="form_key" type="hidden" value="', $_SESSION['form_key'], '" />',
      '<input name="login[username]"><input type="password" name="login[password]"></form>';
}
// The second factor, where SHOP_CRYPT_KEY says that the module is enabled: what Magento's Encryptor, its
// UserConfig and OTPHP do.
function magento_opens(string $sealed): string {
  [$version, $cipher, $base64] = explode(':', $sealed, 3);
  $keys = preg_split('/\s+/s', trim(getenv('SHOP_CRYPT_KEY')));
  $key = str_starts_with($keys[$version], 'base64') ? base64_decode(substr($keys[$version], 6))
                                                    : $keys[$version];
  $data = base64_decode($base64);
  $nonce = substr($data, 0, SODIUM_CRYPTO_AEAD_CHACHA20POLY1305_IETF_NPUBBYTES);
  $text = $cipher === '3' ? sodium_crypto_aead_chacha20poly1305_ietf_decrypt(
      substr($data, strlen($nonce)), $nonce, $nonce, $key) : false;
  return $text === false ? '' : $text;
}
function magento_factor(int $user): array {
  $row = row('SELECT * FROM tfa_user_config WHERE user_id = ?', [$user]);
  $config = $row ? json_decode(magento_opens($row['encoded_config']), true) : null;
  return $config['google'] ?? [];
}
function base32_decoded(string $text): string {
  $bits = '';
  foreach (str_split($text) as $digit) {
    $value = strpos('ABCDEFGHIJKLMNOPQRSTUVWXYZ234567', $digit);
    $bits .= str_pad(decbin($value), 5, '0', STR_PAD_LEFT);
  }
  return implode('', array_map(fn($byte) => chr(bindec($byte)),
                               str_split(substr($bits, 0, intdiv(strlen($bits), 8) * 8), 8)));
}
function magento_code(string $secret, int $step): string {
  $mac = hash_hmac('sha1', pack('J', $step), base32_decoded($secret), true);
  $number = unpack('N', substr($mac, ord($mac[19]) & 15, 4))[1] & 0x7fffffff;
  return str_pad((string)($number % 1000000), 6, '0', STR_PAD_LEFT);
}
function magento_takes(string $code): bool {
  $secret = magento_opens(magento_factor($_SESSION['user'])['secret'] ?? '0:0:');
  $now = intdiv(time(), 30);
  return $secret !== '' && in_array($code, [magento_code($secret, $now - 1), magento_code($secret, $now)], true);
}
// True if the page was one of the second factor.
function magento_asks_factor(): bool {
  $path = parse_url($_SERVER['REQUEST_URI'], PHP_URL_PATH);
  if (!getenv('SHOP_CRYPT_KEY') || ($_SESSION['granted'] ?? false)) {
    return false;
  }
  $is_set_up = magento_factor($_SESSION['user'])['active'] ?? false;
  if (str_contains($path, '/tfa/google/authpost')) {
    $_SESSION['granted'] = $is_set_up && text('post', 'form_key') === $_SESSION['form_key'] &&
                           magento_takes(text('post', 'tfa_code'));
    row("UPDATE admin_user_session SET ip = ? WHERE id = ?",
        [$_SESSION['granted'] ? 'let in' : 'kept out', $_SESSION['row']]);
    header('Content-Type: application/json');
    echo json_encode(['success' => $_SESSION['granted']]);
  } elseif (str_contains($path, '/tfa/google/auth')) {
    echo "<script>var FORM_KEY = '", $_SESSION['form_key'], "';</script>",
        '<script type="text/x-magento-init">',
        json_encode(['components' => ['tfa-auth' =>
                     ['postUrl' => 'https://shop/index.php/tfa/google/authpost/key/0a1b/']]]),
        '</script>';
  } elseif (str_contains($path, '/tfa/tfa/requestconfig')) {
    echo '<h1>You need to configure Two-Factor Authorization</h1>';
  } else {
    $next = !str_contains($path, '/tfa/tfa/index') ? 'tfa/tfa/index'
                                                   : ($is_set_up ? 'tfa/google/auth' : 'tfa/tfa/requestconfig');
    header('Location: https://shop/index.php/' . $next . '/key/0a1b/', true, 302);
  }
  return true;
}
function magento(): void {
  $is_logged_in = isset($_SESSION['user']) && !magento_expired($_SESSION['user']) &&
                  row('SELECT 1 FROM admin_user WHERE user_id = ?', [$_SESSION['user']]) &&
                  row('SELECT 1 FROM admin_user_session WHERE id = ? AND status = 1',
                      [$_SESSION['row']]);
  if ($is_logged_in && magento_asks_factor()) {
    return;
  }
  if ($is_logged_in) {
    echo '<h1>Dashboard</h1>';
  } elseif (isset($_POST['login'])) {
    if (magento_login()) {
      header('Location: http://shop/admin/dashboard/index/key/0123456789abcdef/', true, 302);
    } else {
      magento_login_page('<div class="message message-error error">The account sign-in was ' .
                         'incorrect or your account is disabled temporarily.</div>');
    }
  } else {
    unset($_SESSION['user'], $_SESSION['row'], $_SESSION['granted']);
    magento_login_page();
  }
}

match (true) {
  str_starts_with($kind, 'opencart') => opencart(),
  $kind === 'prestashop' => prestashop(),
  $kind === 'magento' => magento(),
};
