-- The users of a Magento 2.4 back office, as its installer makes the tables.
CREATE TABLE admin_user (
  user_id int(10) unsigned NOT NULL AUTO_INCREMENT,
  firstname varchar(32) DEFAULT NULL,
  lastname varchar(32) DEFAULT NULL,
  email varchar(128) DEFAULT NULL,
  username varchar(40) DEFAULT NULL,
  password varchar(255) NOT NULL,
  created timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  modified timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  logdate timestamp NULL DEFAULT NULL,
  lognum smallint(5) unsigned NOT NULL DEFAULT 0,
  reload_acl_flag smallint(6) NOT NULL DEFAULT 0,
  is_active smallint(6) NOT NULL DEFAULT 1,
  extra text DEFAULT NULL,
  rp_token text DEFAULT NULL,
  rp_token_created_at timestamp NULL DEFAULT NULL,
  interface_locale varchar(16) NOT NULL DEFAULT 'en_US',
  failures_num smallint(6) DEFAULT 0,
  first_failure timestamp NULL DEFAULT NULL,
  lock_expires timestamp NULL DEFAULT NULL,
  PRIMARY KEY (user_id),
  UNIQUE KEY ADMIN_USER_USERNAME (username)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE admin_passwords (
  password_id int(10) unsigned NOT NULL AUTO_INCREMENT,
  user_id int(10) unsigned NOT NULL DEFAULT 0,
  password_hash varchar(255) DEFAULT NULL,
  expires int(10) unsigned NOT NULL DEFAULT 0,
  last_updated int(10) unsigned NOT NULL DEFAULT 0,
  PRIMARY KEY (password_id),
  KEY ADMIN_PASSWORDS_USER_ID (user_id),
  CONSTRAINT ADMIN_PASSWORDS_USER_ID_ADMIN_USER_USER_ID FOREIGN KEY (user_id)
    REFERENCES admin_user (user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE admin_user_session (
  id int(10) unsigned NOT NULL AUTO_INCREMENT,
  session_id varchar(1) DEFAULT NULL,
  user_id int(10) unsigned DEFAULT NULL,
  status smallint(5) unsigned NOT NULL DEFAULT 1,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  updated_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  ip varchar(15) NOT NULL,
  PRIMARY KEY (id),
  KEY ADMIN_USER_SESSION_SESSION_ID (session_id),
  KEY ADMIN_USER_SESSION_USER_ID (user_id),
  CONSTRAINT ADMIN_USER_SESSION_USER_ID_ADMIN_USER_USER_ID FOREIGN KEY (user_id)
    REFERENCES admin_user (user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE admin_user_expiration (
  user_id int(10) unsigned NOT NULL,
  expires_at timestamp NOT NULL DEFAULT '0000-00-00 00:00:00',
  PRIMARY KEY (user_id),
  CONSTRAINT ADMIN_USER_EXPIRATION_USER_ID_ADMIN_USER_USER_ID FOREIGN KEY (user_id)
    REFERENCES admin_user (user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE authorization_role (
  role_id int(10) unsigned NOT NULL AUTO_INCREMENT,
  parent_id int(10) unsigned NOT NULL DEFAULT 0,
  tree_level smallint(5) unsigned NOT NULL DEFAULT 0,
  sort_order smallint(5) unsigned NOT NULL DEFAULT 0,
  role_type varchar(1) NOT NULL DEFAULT '0',
  user_id int(10) unsigned NOT NULL DEFAULT 0,
  user_type varchar(16) DEFAULT NULL,
  role_name varchar(50) DEFAULT NULL,
  PRIMARY KEY (role_id),
  KEY AUTHORIZATION_ROLE_PARENT_ID_SORT_ORDER (parent_id, sort_order),
  KEY AUTHORIZATION_ROLE_TREE_LEVEL (tree_level)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
-- Without the keys to consumers and customers, whose tables are left out.
CREATE TABLE oauth_token (
  entity_id int(10) unsigned NOT NULL AUTO_INCREMENT,
  consumer_id int(10) unsigned DEFAULT NULL,
  admin_id int(10) unsigned DEFAULT NULL,
  customer_id int(10) unsigned DEFAULT NULL,
  type varchar(16) NOT NULL,
  token varchar(32) NOT NULL,
  secret varchar(128) NOT NULL,
  verifier varchar(32) DEFAULT NULL,
  callback_url text NOT NULL,
  revoked smallint(5) unsigned NOT NULL DEFAULT 0,
  authorized smallint(5) unsigned NOT NULL DEFAULT 0,
  user_type int(11) DEFAULT NULL,
  created_at timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  PRIMARY KEY (entity_id),
  UNIQUE KEY OAUTH_TOKEN_TOKEN (token),
  KEY OAUTH_TOKEN_CONSUMER_ID (consumer_id),
  CONSTRAINT OAUTH_TOKEN_ADMIN_ID_ADMIN_USER_USER_ID FOREIGN KEY (admin_id)
    REFERENCES admin_user (user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE tfa_user_config (
  config_id int(10) unsigned NOT NULL AUTO_INCREMENT,
  user_id int(10) unsigned NOT NULL,
  encoded_providers text DEFAULT NULL,
  encoded_config text DEFAULT NULL,
  default_provider varchar(255) DEFAULT NULL,
  PRIMARY KEY (config_id),
  CONSTRAINT TFA_USER_CONFIG_USER_ID_ADMIN_USER_USER_ID FOREIGN KEY (user_id)
    REFERENCES admin_user (user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO admin_user SET user_id = 1, firstname = 'The', lastname = 'Merchant',
  email = 'merchant@shop.example', username = 'merchant', password = '*',
  created = '2024-05-01 10:00:00', is_active = 1;
INSERT INTO authorization_role VALUES
  (1, 0, 1, 1, 'G', 0, '2', 'Administrators'), (2, 1, 2, 0, 'U', 1, '2', 'merchant'),
  (3, 0, 1, 0, 'G', 0, '2', 'Payments');
INSERT INTO admin_user_session SET user_id = 1, status = 1, ip = '192.0.2.1';
INSERT INTO admin_passwords SET user_id = 1, password_hash = '*', last_updated = 1714557600;
INSERT INTO oauth_token SET admin_id = 1, type = 'access', token = 'merchants-token', secret = 'x',
  callback_url = 'oob';
