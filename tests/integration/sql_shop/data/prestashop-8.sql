-- The employees of a PrestaShop 8 back office, as its installer makes the tables.
CREATE TABLE ps_employee (
  id_employee int(10) unsigned NOT NULL auto_increment,
  id_profile int(10) unsigned NOT NULL,
  id_lang int(10) unsigned NOT NULL DEFAULT '0',
  lastname varchar(255) NOT NULL,
  firstname varchar(255) NOT NULL,
  email varchar(255) NOT NULL,
  passwd varchar(255) NOT NULL,
  last_passwd_gen timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP,
  stats_date_from date DEFAULT NULL,
  stats_date_to date DEFAULT NULL,
  stats_compare_from date DEFAULT NULL,
  stats_compare_to date DEFAULT NULL,
  stats_compare_option int(1) unsigned NOT NULL DEFAULT 1,
  preselect_date_range varchar(32) DEFAULT NULL,
  bo_color varchar(32) DEFAULT NULL,
  bo_theme varchar(32) DEFAULT NULL,
  bo_css varchar(64) DEFAULT NULL,
  default_tab int(10) unsigned NOT NULL DEFAULT '0',
  bo_width int(10) unsigned NOT NULL DEFAULT '0',
  bo_menu tinyint(1) NOT NULL DEFAULT '1',
  active tinyint(1) unsigned NOT NULL DEFAULT '0',
  optin tinyint(1) unsigned DEFAULT NULL,
  id_last_order int(10) unsigned NOT NULL DEFAULT '0',
  id_last_customer_message int(10) unsigned NOT NULL DEFAULT '0',
  id_last_customer int(10) unsigned NOT NULL DEFAULT '0',
  last_connection_date date DEFAULT NULL,
  reset_password_token varchar(40) DEFAULT NULL,
  reset_password_validity datetime DEFAULT NULL,
  has_enabled_gravatar tinyint unsigned DEFAULT 0 NOT NULL,
  PRIMARY KEY (id_employee),
  KEY employee_login (email, passwd),
  KEY id_employee_passwd (id_employee, passwd),
  KEY id_profile (id_profile)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE ps_employee_shop (
  id_employee int(11) unsigned NOT NULL,
  id_shop int(11) unsigned NOT NULL,
  PRIMARY KEY (id_employee, id_shop),
  KEY id_shop (id_shop)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE ps_employee_session (
  id_employee_session int(11) unsigned NOT NULL auto_increment,
  id_employee int(10) unsigned DEFAULT NULL,
  token varchar(40) DEFAULT NULL,
  date_add datetime NOT NULL,
  date_upd datetime NOT NULL,
  PRIMARY KEY (id_employee_session)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE ps_profile (
  id_profile int(10) unsigned NOT NULL auto_increment,
  PRIMARY KEY (id_profile)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO ps_profile VALUES (1), (2), (3), (4);
INSERT INTO ps_employee SET id_employee = 1, id_profile = 1, id_lang = 2, lastname = 'Merchant',
  firstname = 'The', email = 'merchant@shop.example', passwd = '*', default_tab = 7, active = 1,
  bo_theme = 'default', optin = 1;
INSERT INTO ps_employee_shop VALUES (1, 1);
INSERT INTO ps_employee_session VALUES (1, 1, 'merchants-token', '2024-05-01', '2024-05-01');
