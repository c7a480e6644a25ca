DROP TABLE attendance.kiosk_ticket;
