-- The users of an OpenCart 3.0.3 back office, as its installer makes the tables.
CREATE TABLE oc_user (
  user_id int(11) NOT NULL AUTO_INCREMENT,
  user_group_id int(11) NOT NULL,
  username varchar(20) NOT NULL,
  password varchar(40) NOT NULL,
  salt varchar(9) NOT NULL,
  firstname varchar(32) NOT NULL,
  lastname varchar(32) NOT NULL,
  email varchar(96) NOT NULL,
  image varchar(255) NOT NULL,
  code varchar(40) NOT NULL,
  ip varchar(40) NOT NULL,
  status tinyint(1) NOT NULL,
  date_added datetime NOT NULL,
  PRIMARY KEY (user_id)
) ENGINE=MyISAM DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci;
CREATE TABLE oc_user_group (
  user_group_id int(11) NOT NULL AUTO_INCREMENT,
  name varchar(64) NOT NULL,
  permission text NOT NULL,
  PRIMARY KEY (user_group_id)
) ENGINE=MyISAM DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci;
CREATE TABLE oc_customer_login (
  customer_login_id int(11) NOT NULL AUTO_INCREMENT,
  email varchar(96) NOT NULL,
  ip varchar(40) NOT NULL,
  total int(4) NOT NULL,
  date_added datetime NOT NULL,
  date_modified datetime NOT NULL,
  PRIMARY KEY (customer_login_id)
) ENGINE=MyISAM DEFAULT CHARSET=utf8 COLLATE=utf8_general_ci;
INSERT INTO oc_user_group VALUES (1, 'Administrator', '{}'), (10, 'Demonstration', '');
INSERT INTO oc_user VALUES (1, 1, 'merchant', SHA1('never'), 'abcdefghi', 'The', 'Merchant',
  'merchant@shop.example', '', '', '', 1, '2024-05-01 10:00:00');
