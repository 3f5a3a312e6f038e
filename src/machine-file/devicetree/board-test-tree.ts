/** A tree in the manner of Zephyr's for the STM32F4 Discovery, preprocessed: for tests. */
export const ZEPHYR_STYLE = `# 1 "stm32f4_disco.dts"
/dts-v1/;
# 10 "stm32f4.dtsi" 1
/ {
	#address-cells = <1>;
	#size-cells = <1>;
	cpus {
		#address-cells = <1>;
		#size-cells = <0>;
		cpu0: cpu@0 { device_type = "cpu"; compatible = "arm,cortex-m4f"; reg = <0>; };
	};
	clocks {
		clk_hse: clk-hse { #clock-cells = <0>; compatible = "st,stm32-hse-clock"; status = "disabled"; };
		clk_lse: clk-lse { #clock-cells = <0>; compatible = "fixed-clock"; clock-frequency = <32768>; status = "disabled"; };
	};
	sram0: memory@20000000 { compatible = "zephyr,memory-region", "mmio-sram"; reg = <0x20000000 0x20000>; };
	soc {
		#address-cells = <1>;
		#size-cells = <1>;
		compatible = "st,stm32f407", "st,stm32f4", "simple-bus";
		interrupt-parent = <&nvic>;
		ranges;
		nvic: interrupt-controller@e000e100 {
			#address-cells = <1>;
			compatible = "arm,v7m-nvic";
			reg = <0xe000e100 0xc00>;
			interrupt-controller;
			#interrupt-cells = <2>;
			arm,num-irq-priority-bits = <4>;
		};
		systick: timer@e000e010 { compatible = "arm,armv7m-systick"; reg = <0xe000e010 0x10>; };
		flash: flash-controller@40023c00 {
			compatible = "st,stm32-flash-controller", "st,stm32f4-flash-controller";
			reg = <0x40023c00 0x400>;
			interrupts = <4 0>;
			#address-cells = <1>;
			#size-cells = <1>;
			flash0: flash@8000000 { compatible = "st,stm32-nv-flash", "soc-nv-flash"; reg = <0x8000000 0x100000>; };
		};
		rcc: rcc@40023800 { compatible = "st,stm32f4-rcc"; #clock-cells = <2>; reg = <0x40023800 0x400>; };
		pinctrl: pin-controller@40020000 {
			compatible = "st,stm32-pinctrl";
			#address-cells = <1>;
			#size-cells = <1>;
			reg = <0x40020000 0x2400>;
			gpioa: gpio@40020000 { compatible = "st,stm32-gpio"; gpio-controller; #gpio-cells = <2>; reg = <0x40020000 0x400>; };
			gpiod: gpio@40020c00 { compatible = "st,stm32-gpio"; gpio-controller; #gpio-cells = <2>; reg = <0x40020c00 0x400>; };
			usart2_tx_pa2: usart2_tx_pa2 { pinmux = <0x207>; };
			usart2_rx_pa3: usart2_rx_pa3 { pinmux = <0x307>; };
		};
		usart2: serial@40004400 {
			compatible = "st,stm32-usart", "st,stm32-uart";
			reg = <0x40004400 0x400>;
			clocks = <&rcc 0x40 0x20000>;
			interrupts = <38 0>;
			status = "disabled";
		};
		i2c1: i2c@40005400 {
			compatible = "st,stm32-i2c-v1";
			#address-cells = <1>;
			#size-cells = <0>;
			reg = <0x40005400 0x400>;
			interrupts = <31 0>, <32 0>;
			status = "disabled";
		};
		sdmmc1: sdmmc@40012c00 { compatible = "st,stm32-sdmmc"; reg = <0x40012c00 0x400>; interrupts = <49 0>; status = "disabled"; };
	};
};
# 20 "stm32f4_disco.dts" 2
/ {
	model = "STMicroelectronics STM32F4DISCOVERY board";
	compatible = "st,stm32f4discovery";
	chosen { zephyr,console = &usart2; zephyr,sram = &sram0; zephyr,flash = &flash0; };
	leds {
		compatible = "gpio-leds";
		orange_led_3: led_3 { gpios = <&gpiod 13 0>; };
		green_led_4: led_4 { gpios = <&gpiod 12 0>; };
	};
	gpio_keys { compatible = "gpio-keys"; user_button: button { gpios = <&gpioa 0 0>; }; };
	aliases { led0 = &green_led_4; sw0 = &user_button; };
};
&clk_hse { clock-frequency = <8000000>; status = "okay"; };
&usart2 { pinctrl-0 = <&usart2_tx_pa2 &usart2_rx_pa3>; status = "okay"; };
&sdmmc1 { status = "okay"; };
&i2c1 {
	status = "okay";
	audio_codec: cs43l22@4a { compatible = "cirrus,cs43l22"; reg = <0x4a>; };
	thermometer: lm75@48 { compatible = "national,lm75"; reg = <0x48>; };
};
`;
