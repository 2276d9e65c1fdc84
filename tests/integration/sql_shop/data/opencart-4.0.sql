-- The users of an OpenCart 4.0.2 back office, as its installer makes the tables.
CREATE TABLE oc_user (
  user_id int(11) NOT NULL AUTO_INCREMENT,
  user_group_id int(11) NOT NULL,
  username varchar(20) NOT NULL,
  password varchar(255) NOT NULL,
  firstname varchar(32) NOT NULL,
  lastname varchar(32) NOT NULL,
  email varchar(96) NOT NULL,
  image varchar(255) NOT NULL,
  code varchar(40) NOT NULL,
  ip varchar(40) NOT NULL,
  status tinyint(1) NOT NULL,
  date_added datetime NOT NULL,
  PRIMARY KEY (user_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE oc_user_authorize (
  user_authorize_id int(11) NOT NULL AUTO_INCREMENT,
  user_id int(11) NOT NULL,
  token varchar(96) NOT NULL,
  total int(1) NOT NULL,
  ip varchar(40) NOT NULL,
  user_agent varchar(255) NOT NULL,
  status tinyint(1) NOT NULL,
  date_added datetime NOT NULL,
  PRIMARY KEY (user_authorize_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE oc_user_login (
  user_login_id int(11) NOT NULL AUTO_INCREMENT,
  user_id int(11) NOT NULL,
  ip varchar(40) NOT NULL,
  user_agent varchar(255) NOT NULL,
  date_added datetime NOT NULL,
  PRIMARY KEY (user_login_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
CREATE TABLE oc_user_group (
  user_group_id int(11) NOT NULL AUTO_INCREMENT,
  name varchar(64) NOT NULL,
  permission text NOT NULL,
  PRIMARY KEY (user_group_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_general_ci;
INSERT INTO oc_user_group VALUES (1, 'Administrator', '{}'), (10, 'Demonstration', '');
INSERT INTO oc_user VALUES (1, 1, 'merchant', '*', 'The', 'Merchant', 'merchant@shop.example', '',
  '', '', 1, '2024-05-01 10:00:00');
INSERT INTO oc_user_login VALUES (1, 1, '192.0.2.1', 'Browser', '2024-05-01 10:00:00');
