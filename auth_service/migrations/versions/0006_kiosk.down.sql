DROP TABLE auth.kiosk_credential;
